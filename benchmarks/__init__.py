"""What the reader costs, beside what the machine can do, measured in the same run.

`python -m benchmarks` makes its own corpora and prints one table. Nothing here is part of the program, and no
figure here decides whether a test passes: docs/performance.md says what each of them means.
"""
