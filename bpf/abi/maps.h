/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What the maps hold: shared by the BPF programs and runtime/kernel. Plain C, no pointers, explicit padding. */
#pragma once
#include "limits.h"
#include "records.h"

/* Where one event of one image begins: a copy of event_head, beside the switch. */
struct control_head {
  record_u32 pivot_offset;
  record_u32 pivot_mask;
  record_u32 default_block;
  record_u32 default_access;
};

/* Written by userspace, read by every program. One reload is one store to `active`. An exec that no recipe wants touches the
 * first line of this and one pivot bucket, so exec's heads stand in it. */
struct control {
  record_u32 active; /* which of the two images; 2: none, every event returns */
  record_u32 flags;  /* enum control_flags */
  record_u64 seed[2];
  record_u32 generation[2];
  struct control_head exec[2];
  record_u32 tags[2]; /* bit per tag of names in use */

  record_u32 reader_sleeps; /* a line of its own: set by the reader, taken by the event that wakes it */
  record_u32 tags_unknown;  /* 1: some process could not be told its names' tags: every process counts as having all */
  record_u64 boot_wall_ns;  /* CLOCK_REALTIME at boot, kept up to date by userspace: for the age of files */
  record_u32 marks[2];      /* bit per mark in use, among the tags */
  record_u32 marks_unknown; /* 1: another image gave the bits another meaning, and they are being told: each counts as set */
  record_u32 pad2[9];

  struct control_head event[RECIPE_EVENTS][2]; /* of the other events */
};
#define CONTROL_NO_IMAGE 2

enum control_flags {
  CONTROL_SCOPE = 1,    /* only processes with PROCESS_WATCHED are looked at */
  CONTROL_WRITERS = 2,  /* a recipe asks who writes into pipes: note it at each exec */
  CONTROL_COMMANDS = 4, /* a recipe asks for the command lines of ancestors: keep those of processes that fork */
  CONTROL_CALLS = 8,    /* a probe of a system call is attached: those of 32-bit programs are not seen */
};

/* One entry by pid (of the process), kept for every process that was forked since the load, or was found in /proc then. */
struct process_entry {
  record_u32 birth_parent; /* pid of the process that forked it; 0: unknown */
  record_u32 bits;         /* enum process_bits */
  record_u32 own_tags;     /* bits that its own name gives its children */
  record_u32 tags;         /* those of its ancestors; and marks, its own and those of its ancestors */
};

enum process_bits {
  PROCESS_WATCHED = 1,      /* in the scope; children inherit it */
  PROCESS_TAGS_KNOWN = 2,   /* tags holds at least every ancestor's; children inherit it */
  PROCESS_COMMAND_KEPT = 4, /* `commands` has the command line of the image that the process runs */
};
#define PROCESS_INHERITED (PROCESS_WATCHED | PROCESS_TAGS_KNOWN)

/* A process that exited while a child lived. By pid. */
struct tombstone {
  record_u64 start_time; /* ns from boot */
  record_u64 exit_time;  /* ns from boot */
  record_u32 birth_parent;
  record_u32 uid;
  record_u32 name_bytes; /* 0: not known (before Linux 6.16 the image is gone when the hook runs) */
  record_u32 bits;       /* of process_entry, when it exited */
  char comm[RECIPE_COMM_BYTES];
  record_u8 name[RECIPE_NAME_BYTES];
};

/* The command line of a process that has forked, as its memory held it then. By pid. */
struct kept_command {
  record_u64 start_time; /* of the process, ns from boot */
  record_u64 kept_time;  /* ns from boot */
  record_u32 bytes;      /* of all of it; more than RECIPE_COMMAND_BYTES: the text is cut */
  record_u32 pad;
  record_u8 text[RECIPE_COMMAND_BYTES]; /* elements, each ended by a NUL */
};

/* What a thread that is changing its user ids had before. By thread. */
struct user_ids {
  record_u32 uid;
  record_u32 euid;
};

/* The paths of the files that a thread's system call is about, as its lookup found them, until the call ends. By thread. The
 * first is file.path, the second file.source, or the text of a link, or what is mounted. */
#define KEPT_PATHS 2
#define KEPT_MASK (KEPT_PATHS * RECIPE_PATH_BYTES - 1)
struct kept_path {
  record_u32 at; /* in text */
  record_u32 bytes;
  record_u32 flags; /* of record_item */
  record_u32 has;
};
struct kept_names {
  record_u32 event;      /* EVENT number; 0: no recipe wants the name */
  record_u32 name_bytes; /* of the last component of the first path; 0: it has none */
  struct kept_path path[KEPT_PATHS];
  record_u8 text[KEPT_PATHS * RECIPE_PATH_BYTES + RECIPE_NAME_BYTES + 8]; /* a room a path; behind them that of a name's end */
};

/* Through which mount a thread's setxattr goes: the hook that names the file has no mount. */
struct kept_mount {
  record_u64 mnt;
  record_u64 seen; /* the file is known: what follows in the same call is of a file system below */
};

/* Who asked a DNS server something: its answer comes when any process may be running. By the socket's cookie
 * and the question's number. */
struct asker {
  record_u64 start_time; /* ns from boot */
  record_u32 pid;
  record_u32 tid;
  record_u32 uid;
  record_u32 gid;
  record_u32 euid;
  record_u32 name_bytes; /* 0: not known */
  record_u64 name[RECIPE_NAME_BYTES / 8];
};

/* A program that was executed with a pipe as its standard output. */
struct pipe_writer_key {
  record_u64 pipe; /* as process.stdin.pipe */
  record_u32 slot; /* pid modulo RECIPE_WRITERS_OF_PIPE */
  record_u32 pad;
};
struct pipe_writer {
  record_u64 start_time; /* of the process, ns from boot */
  record_u64 stdin_pipe; /* the pipe that is its standard input; 0: it is none */
  record_u32 pid;
  record_u32 name_bytes;
  record_u8 name[RECIPE_WRITER_NAME_BYTES];
};

/* Rows of the per-CPU map `counters`: the order of counters.def, both sides, so that the numbers are the same everywhere. */
enum counter_row {
#define COUNTER(id, side, loss, doc) COUNTER_##id,
#include "counters.def"
  COUNTER_ROWS
};
