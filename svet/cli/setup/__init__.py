"""``svet setup``: who runs this portal, said once in the terminal or in a file that can be kept and repeated.

``answers`` judges single answers, ``fields`` lists what is asked, ``files`` reads and writes the file,
``present`` reads what stands, ``state`` compares, ``asking`` asks, ``writing`` writes in one transaction.
Every answer is text in one canonical form: as it is typed, in the file, and when it is compared.
"""
