"""Runs a command on a terminal of 111 columns, and makes it one of 122 once the command has said so."""

import fcntl
import os
import pty
import struct
import sys
import termios


def resize(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


begin, begun = os.pipe()
process, terminal = pty.fork()
if process == 0:
    os.read(begin, 1)
    os.execv(sys.argv[1], sys.argv[1:])
resize(terminal, 33, 111)
os.write(begun, b"x")
shown = b""
resized = False
while True:
    try:
        shown += os.read(terminal, 4096)
    except OSError:
        break
    if not resized and b"33 111" in shown:
        resized = True
        resize(terminal, 44, 122)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
