"""How fast is a class graded? `cnnlab grade` beside nbgrader as it comes, on the same hundred notebooks.

`make bench-grading` runs it and writes `grading.json`, which the book's page reads. The files, in order:

    handed_in   what a class hands in
    courses     a course that lasts as long as a measurement
    stock       nbgrader's own commands
    ours        `cnnlab grade`, watched from outside
    run         the measurements; the program
    records     where it ran, and the file
"""
