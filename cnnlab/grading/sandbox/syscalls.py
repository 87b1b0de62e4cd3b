"""What student code may ask the kernel for: a list of what Python and NumPy need, and nothing else.

A list of what is allowed, not of what is forbidden: the next kernel brings calls that nobody here has heard
of. What is known to be out of bounds answers "not permitted", so that a student reads what happened. The rest
answers "no such call", for that is what the C library expects of an older kernel: it then takes another way.

Nor may a process learn what another one does, be it in another sandbox: it locks no file, sends no signal by
a descriptor, wakes nobody who waits for a page of a file, makes nothing that the kernel numbers for all
sandboxes together, as it does pipes, and is not told how much memory is left.

References
----------
The Linux manual: syscalls(2), seccomp(2). Docker's default profile, for answering unknown calls so.
"""

import errno
import functools
import tempfile

FILES = """
    open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev
    lseek stat lstat fstat newfstatat statx access faccessat faccessat2
    getdents getdents64 getcwd chdir fchdir readlink readlinkat mkdir mkdirat rmdir unlink unlinkat rename
    renameat renameat2 truncate ftruncate fallocate fsync fdatasync fadvise64 dup dup2 dup3
    umask sendfile copy_file_range
"""
MEMORY = "brk mmap munmap mremap mprotect madvise msync membarrier"
THREADS = """
    set_robust_list get_robust_list rseq set_tid_address exit exit_group restart_syscall arch_prctl
    sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack
    wait4 waitid
"""
ABOUT = """
    getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid
    uname times getrusage getcpu getpriority getrlimit getrandom
"""
TIME = """
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time setitimer getitimer alarm pause
    poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait
"""
WIRE = "recvfrom sendmsg recvmsg shutdown getsockopt getsockname getpeername"  # of the one socket it is given
ALLOWED = " ".join((FILES, MEMORY, THREADS, ABOUT, TIME, WIRE)).split()

FORBIDDEN = """
    statfs fstatfs flock pipe pipe2 sysinfo mincore
    fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd
    pidfd_send_signal process_madvise process_mrelease ptrace process_vm_readv process_vm_writev kcmp
    socket socketpair connect bind listen accept accept4 sendmmsg recvmmsg setsockopt
    mount umount2 mount_setattr move_mount open_tree fsopen fsmount fsconfig fspick pivot_root chroot
    unshare setns add_key request_key keyctl bpf perf_event_open userfaultfd io_uring_setup io_uring_enter
    io_uring_register io_setup io_submit io_destroy memfd_create memfd_secret shmget shmat shmctl shmdt msgget
    msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink mknod mknodat link linkat symlink
    symlinkat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat setxattr lsetxattr fsetxattr
    removexattr lremovexattr fremovexattr utime utimes utimensat futimesat name_to_handle_at open_by_handle_at
    fanotify_init fanotify_mark inotify_init inotify_init1 setrlimit setuid setgid setreuid setregid setresuid
    setresgid setgroups setfsuid setfsgid setpgid setsid capset seccomp landlock_create_ruleset personality
    setpriority ioprio_set sched_setaffinity sched_setscheduler sched_setparam sched_setattr kexec_load
    kexec_file_load init_module finit_module delete_module quotactl quotactl_fd reboot swapon swapoff acct
    syslog settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm modify_ldt
    vhangup nfsservctl lookup_dcookie mbind set_mempolicy migrate_pages move_pages mlock mlockall mlock2
    timer_create timerfd_create eventfd eventfd2 signalfd signalfd4 splice tee vmsplice
""".split()

THREAD = 0x10000  # CLONE_THREAD
QUESTIONS = 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451  # ioctl: a terminal? how wide? bytes waiting?
NAMES = 15, 16  # prctl: a thread's name
DESCRIPTORS, SET_FLAGS, ASYNC = (0, 1, 2, 3, 1030), 4, 0x2000  # fcntl: copy one, and its flags
NOTICES = *range(5, 17), *range(36, 39), *range(1024, 1030), *range(1031, 1041)  # locks, owners, leases, ...
PRIVATE, WAITS = 128, (0, 9, 265)  # futex: within one process; and wait for the end of a thread


@functools.cache
def program():
    """Compile the filter for this machine.

    Returns
    -------
    bytes
        Eight an instruction, as the kernel takes them; empty where libseccomp is not to be had.
    """
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        return b""
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    rules.set_attr(pyseccomp.Attr.CTL_OPTIMIZE, 2)  # a tree, not a list
    for name in ALLOWED:
        _add(rules, pyseccomp.ALLOW, name)
    refused = pyseccomp.ERRNO(errno.EPERM)
    for name in FORBIDDEN:
        _add(rules, refused, name)
    _add_conditions(rules, pyseccomp.ALLOW, refused, pyseccomp.Arg)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add_conditions(rules, allow, refused, arg):
    """Add the calls that depend on what is asked of them."""
    from pyseccomp import EQ, MASKED_EQ, NE

    _add(rules, allow, "clone", arg(0, MASKED_EQ, THREAD, THREAD))
    _add(rules, refused, "clone", arg(0, MASKED_EQ, THREAD, 0))
    _add(rules, allow, "sendto", arg(4, EQ, 0))  # to whom the socket is connected
    _add(rules, refused, "sendto", arg(4, NE, 0))
    _add(rules, allow, "prlimit64", arg(2, EQ, 0))  # to read a limit
    _add(rules, refused, "prlimit64", arg(2, NE, 0))
    for command in DESCRIPTORS:
        _add(rules, allow, "fcntl", arg(1, EQ, command))
    for command in NOTICES:
        _add(rules, refused, "fcntl", arg(1, EQ, command))
    _add(rules, allow, "fcntl", arg(1, EQ, SET_FLAGS), arg(2, MASKED_EQ, ASYNC, 0))
    _add(rules, refused, "fcntl", arg(1, EQ, SET_FLAGS), arg(2, MASKED_EQ, ASYNC, ASYNC))
    _add(rules, allow, "futex", arg(1, MASKED_EQ, PRIVATE, PRIVATE))
    for command in WAITS:
        _add(rules, allow, "futex", arg(1, EQ, command))
    for question in QUESTIONS:
        _add(rules, allow, "ioctl", arg(1, EQ, question))
    for name in NAMES:
        _add(rules, allow, "prctl", arg(0, EQ, name))


def _add(rules, action, name, *conditions):
    """Add a rule, unless this machine has no call of that name."""
    import pyseccomp

    try:
        number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    except (ValueError, OSError):
        return
    if number >= 0:
        rules.add_rule(action, name, *conditions)
