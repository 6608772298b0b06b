/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What one process does to another: traces it, reads its memory, takes a descriptor, signals it. At the end of the call that
 * did it; signals where they are sent, one event for each process that gets one. */
/* clang-format off */
#include "lib/read_pid.h"
#include "lib/read_task.h"
#include "lib/probe.h"
#include "lib/syscall.h"
/* clang-format on */

#define PTRACE_PEEKTEXT 1
#define PTRACE_PEEKDATA 2
#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_SETREGS 13
#define PTRACE_SETREGSET 0x4205
#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206

/* si_code of signals that a process sends: kill, sigqueue, tgkill. By these calls it may say any other that is below zero. */
#define SI_USER 0
#define SI_QUEUE -1
#define SI_TKILL -6
#define CALL_RT_SIGQUEUEINFO 129
#define CALL_RT_TGSIGQUEUEINFO 297
#define CALL_PIDFD_SEND_SIGNAL 424

static __always_inline record_u32 process_of_task(record_u64 task) {
  return task ? read_half(TASK_AT(task, tgid)) : 0;
}

/* Is it another process? */
static __always_inline int is_other(record_u32 process) {
  return process && process != current_process();
}

/* The other process's number and the name of what it executes. */
__noinline record_u64 add_target(struct classify* c, record_u64 task) {
  if (!c) return 0;
  add_number(c, FIELD_target_pid, process_of_task(task));
  /* A kernel thread has no name. Of one that leaves it is not known: its first thread may have left before the others. */
  record_u32 bytes = copy_name(task, c->text + TEXT_EXTRA);
  record_u32 flags = read_half(TASK_AT(task, flags));
  if (bytes || !(flags & PF_KTHREAD)) add_item(c, FIELD_target_name, bytes ? 0 : ITEM_TRUNCATED, TEXT_EXTRA, bytes);
  return 0;
}

static __always_inline struct classify* begin_target(record_u32 event, record_u64 task) {
  if (!is_other(process_of_task(task))) return 0;
  struct classify* c = begin_of_process(event);
  if (c) add_target(c, task);
  return c;
}

SYSCALL_EXIT(ptrace) int recipe_s_ptrace(struct syscall_exit* call) {
  record_u32 request = argument(0);
  if (call->result < 0 ||
      !(request == PTRACE_ATTACH || request == PTRACE_SEIZE || request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA ||
        request == PTRACE_POKETEXT || request == PTRACE_POKEDATA || request == PTRACE_SETREGS || request == PTRACE_SETREGSET))
    return 0;
  struct classify* c = begin_target(EVENT_ptrace, task_of_number(argument(1)));
  if (c) add_number(c, FIELD_ptrace_request, request);
  return finish_call(call, c);
}

SYSCALL_EXIT(process_vm_readv) int recipe_s_vm_read(struct syscall_exit* call) {
  return call->result < 0 ? 0 : finish_call(call, begin_target(EVENT_vm_read, task_of_number(argument(0))));
}
SYSCALL_EXIT(process_vm_writev) int recipe_s_vm_write(struct syscall_exit* call) {
  return call->result < 0 ? 0 : finish_call(call, begin_target(EVENT_vm_write, task_of_number(argument(0))));
}

/* What a pidfd stands for: since Linux 6.9 its inode knows, before the file did. */
static __always_inline record_u64 pid_of_descriptor(record_u32 descriptor) {
  record_u64 file = file_of_descriptor(bpf_get_current_task_btf(), descriptor), inode = inode_of_file(file);
  record_u64 pid = inode ? read_word(inode + bpf_core_field_offset(struct inode, i_private)) : 0;
  return pid || !file ? pid : read_word(file + bpf_core_field_offset(struct file, private_data));
}

SYSCALL_EXIT(pidfd_getfd) int recipe_s_getfd(struct syscall_exit* call) {
  if (call->result < 0) return 0;
  return finish_call(call, begin_target(EVENT_getfd, task_of_pid(pid_of_descriptor(argument(0)))));
}

struct signal_generated { /* format of tracepoint/signal/signal_generate */
  record_u64 common;
  int number;
  int error;
  int code;
  char comm[RECIPE_COMM_BYTES];
  record_u32 pid; /* of the receiving thread, in the outermost namespace */
};

/* What the kernel sends of itself, of timers and of descriptors, is no process's doing. */
static __always_inline int is_sent_by_call(int code) {
  if (code == SI_USER || code == SI_QUEUE || code == SI_TKILL) return 1;
  if (code > 0) return 0;
  record_u64 number = call_number();
  return number == CALL_RT_SIGQUEUEINFO || number == CALL_RT_TGSIGQUEUEINFO || number == CALL_PIDFD_SEND_SIGNAL;
}

SEC("tracepoint/signal/signal_generate") int recipe_s_signal(struct signal_generated* sent) {
  if (!is_sent_by_call(sent->code)) return 0;
  struct classify* c = begin_target(EVENT_signal, task_of_host_number(sent->pid));
  if (c) add_number(c, FIELD_signal_number, sent->number);
  return finish_call(sent, c);
}
