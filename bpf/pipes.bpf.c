/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Who writes into which pipe. A program that is executed with a pipe as its standard output is noted under that pipe, with the
 * pipe that is its own standard input; an exec's record says which pipe it reads. Userspace follows the chain. Only executed
 * programs: a process that writes without one (a shell's builtin) is what userspace finds in /proc, or nobody. */
/* clang-format off */
#include "lib/probe.h"
#include "lib/finish.h"
#include "lib/read_task.h"
#include "lib/read_file.h"
/* clang-format on */

/* The pipe behind a descriptor, as process.stdin.pipe numbers it; 0: it is none. Every exec pays for this one, so it follows
 * the kernel's pointers as far as the verifier knows their types, and probes only behind that. */
static __always_inline record_u64 pipe_of_descriptor(struct task_struct* task, record_u32 descriptor) {
  struct files_struct* files = task->files;
  struct fdtable* table = files ? files->fdt : 0;
  if (!table || descriptor >= table->max_fds) return 0;
  record_u64 inode = inode_of_file(read_word((record_u64)table->fd + 8ull * descriptor));
  if ((mode_of_inode(inode) & S_IFMT) != S_IFIFO) return 0;
  record_u64 super = read_word(inode + bpf_core_field_offset(struct inode, i_sb));
  record_u64 device = read_half(super + bpf_core_field_offset(struct super_block, s_dev));
  return read_word(inode + bpf_core_field_offset(struct inode, i_ino)) + (device << 32);
}

/* At each exec while a recipe asks for writers. name: of the executed file, a kernel address. */
__noinline record_u64 note_writer(record_u64 name, record_u32 bytes) {
  struct task_struct* task = bpf_get_current_task_btf();
  struct pipe_writer_key key = {pipe_of_descriptor(task, 1), 0, 0};
  if (!key.pipe) return 0;
  struct pipe_writer writer = {};
  writer.pid = task->tgid;
  writer.start_time = task->group_leader->start_boottime;
  writer.stdin_pipe = pipe_of_descriptor(task, 0);
  if (bytes > RECIPE_WRITER_NAME_BYTES) bytes = RECIPE_WRITER_NAME_BYTES;
  writer.name_bytes = bytes;
  bytes = BOUND(bytes, 0x7f);
  key.slot = writer.pid % RECIPE_WRITERS_OF_PIPE;
  if (bytes > RECIPE_WRITER_NAME_BYTES || bpf_probe_read_kernel(writer.name, bytes, (const void*)name) ||
      bpf_map_update_elem(&pipe_writers, &key, &writer, BPF_ANY))
    count(COUNTER_writer_unknown);
  return 0;
}

__noinline record_u64 put_stdin_pipe(struct out_record* o) {
  record_u64 pipe = pipe_of_descriptor(bpf_get_current_task_btf(), 0);
  if (o && pipe) put_number(o, FIELD_process_stdin_pipe, pipe);
  return 0;
}
