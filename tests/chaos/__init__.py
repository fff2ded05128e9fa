"""Many payers, two suppliers, a bank that fails, registers and kills: every kopeck is where it belongs.

``make chaos LIVES=1000 SEED=7``. One seed gives the same lives in the same order, with the same faults and
the same points of death (numbers of statements, not moments). Every situation that the lives are to reach
stands in the code as ``reachable("…")`` of the package ``antithesis``, whose scanner finds them all: a run
that missed one has failed, however green.
"""
