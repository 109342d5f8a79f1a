"""The simulator that the work runs against. Times are milliseconds of the simulation; no clock of a machine is read.

Hidden tests play with these very files. What they change is the physics: here it is the vendor's data sheet.
"""
