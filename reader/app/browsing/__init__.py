"""The browsing screen (`browse_screen`) and the parts it is composed of, a file for each subject.

The parts know the screen only as a `Host`. A method `action_pipe` of a part carries out the command `pipe`.
"""
