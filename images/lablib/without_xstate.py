"""Runs a command whose ptrace(PTRACE_GETREGSET, NT_X86_XSTATE) calls fail, as on a CPU without XSAVE.

User-mode Linux 6.1 keeps a register buffer that is too small for the extended state of CPUs with AMX and dies there;
when the call fails at its start it uses the classic registers instead and runs everywhere."""
import ctypes
import os
import struct
import sys

PTRACE, PTRACE_GETREGSET, NT_X86_XSTATE = 101, 0x4204, 0x202
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF: ld abs word; jeq constant; ret constant
ALLOW, FAIL_EINVAL = 0x7FFF0000, 0x00050000 | 22

# struct seccomp_data: nr at 0, the low half of argument n at 16 + 8 n
FILTER = [
    (LOAD, 0, 0, 0), (EQUAL, 0, 5, PTRACE),
    (LOAD, 0, 0, 16), (EQUAL, 0, 3, PTRACE_GETREGSET),
    (LOAD, 0, 0, 32), (EQUAL, 0, 1, NT_X86_XSTATE),
    (RETURN, 0, 0, FAIL_EINVAL), (RETURN, 0, 0, ALLOW),
]

code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in FILTER))
program = struct.pack("@HP", len(FILTER), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
    sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[1], sys.argv[1:])
