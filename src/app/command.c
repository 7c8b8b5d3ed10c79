/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child: stop at exec, or exit with an errno value. */
static void become(char **argv, int in, int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(errno & 127);
	setpgid(0, 0);		/* Ctrl-C on the screen is not for it */
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(errno & 127);
	execvp(argv[0], argv);
	_exit(errno & 127);
}

pid_t command_start(char **argv, const char *log, struct err *err)
{
	int in, out, status, result = -1;
	pid_t pid;

	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
		0600);
	if (in < 0 || out < 0) {
		err_set(err, errno, "cannot open %s for the command's output",
			log);
		goto close_files;
	}
	pid = fork();
	if (!pid)
		become(argv, in, out);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		err_set(err, errno, "cannot start a process");
		goto close_files;
	}
	if (WIFEXITED(status)) {
		err_set(err, WEXITSTATUS(status), "cannot start %s", argv[0]);
		goto close_files;
	}
	result = pid;
close_files:
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return result;
}

void command_release(pid_t pid)
{
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

int command_ended(pid_t pid, int *status)
{
	int raw;

	if (waitpid(pid, &raw, WNOHANG) != pid)
		return 0;
	*status = WIFEXITED(raw) ? WEXITSTATUS(raw) :
		128 + (WIFSIGNALED(raw) ? WTERMSIG(raw) : 0);
	return 1;
}
