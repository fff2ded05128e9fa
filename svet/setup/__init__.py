"""Who runs this portal and for which suppliers: said in the terminal, in a file that is kept, or at a desk.

``operations.fields`` lists what is asked, ``operations.answers`` judges single answers, ``operations.files``
reads and writes the file, ``queries`` reads what stands, ``rules`` compares, ``operations.writing`` writes in
one transaction, ``operations.desk`` changes one section at a time, requisites by two members (ADR 79, 226).
Every answer is text in one canonical form: as it is typed, in the file, and when it is compared.
"""
