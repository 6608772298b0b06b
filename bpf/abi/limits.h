/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Every bound that the kernel half and userspace share, each with its reason. Plain C, no includes. */
#pragma once

/* Slots are the bits of one block's bitmaps: 64 words of 64 bits. More clauses than that share slots, by widening. */
#define RECIPE_SLOTS 4096
#define RECIPE_WORDS 64

/* Events of the catalogue have numbers below this. */
#define RECIPE_EVENTS 64

/* One generation of the filter. An array value may be 4 MiB on every kernel since 5.10, and 2^16 blocks of a cache line
 * are what half a pivot entry can name. */
#define RECIPE_IMAGE_BYTES (1u << 22)
#define RECIPE_IMAGE_MASK (RECIPE_IMAGE_BYTES - 1)

/* argv as the kernel reads it. 4 KiB holds 99 % of the command lines of builds; what is longer is cut, counted, and widens. */
#define RECIPE_ARGV_BYTES 4096
/* Elements of argv that the classifier looks at one by one: with empty ones a step is one byte. More widen. */
#define RECIPE_ARGS 256

/* NAME_MAX of Linux. */
#define RECIPE_NAME_BYTES 256
/* A resolved path. PATH_MAX of Linux; what is longer keeps its tail. */
#define RECIPE_PATH_BYTES 4096
/* Components of a path that the kernel walks. */
#define RECIPE_PATH_COMPONENTS 128
#define RECIPE_COMM_BYTES 16

/* A string is hashed by its length and its first 64 bytes: eight words, unrolled. Longer literals widen (never exact). */
#define RECIPE_HASHED_BYTES 64
#define RECIPE_HASHED_WORDS 8

/* Bytes of one option element (-abc) whose letters are told apart; a longer one counts as holding every letter. */
#define RECIPE_FLAG_BYTES 32

/* Two positive terms of one clause on argv go to separate lanes; a fifth is left to the program. */
#define RECIPE_ARGV_LANES 4

/* What an event says beside its process and its paths: a name, or a DNS message. Those over UDP have at most 1,232 bytes where
 * the servers follow the recommendation of 2020, and 4,096 in the extreme: what is longer is cut, and marked. */
#define RECIPE_EXTRA_BYTES 2048
/* A domain name, RFC 1035: 255 bytes on the wire. */
#define RECIPE_DOMAIN_BYTES 255
/* Answers to DNS questions are told to the processes that asked; as many of those are remembered. */
#define RECIPE_ASKERS 4096
/* Threads in the middle of setuid and its kin at one moment. */
#define RECIPE_IDS_UNDER_WAY 1024

/* Ancestors that a record carries. Deeper trees are rare; context completes them from /proc. */
#define RECIPE_ANCESTORS 24

/* Processes that exited while a child lived. */
#define RECIPE_TOMBSTONES 8192

/* Programs that were executed with a pipe as standard output: what is asked of them is asked within milliseconds of the
 * reader's start, and 4,096 are some seconds of the busiest build. Less than 1 MiB. */
#define RECIPE_PIPE_WRITERS 4096
/* Programs that are told apart by pipe: `(head -1 x; curl y) | sh`. By pid, so that one process has one place. */
#define RECIPE_WRITERS_OF_PIPE 4
/* Of a program's name there; longer names are rare and are cut. */
#define RECIPE_WRITER_NAME_BYTES 64

/* Command lines of processes that have forked, kept for when they are asked for behind the process's end. 4 MiB. */
#define RECIPE_COMMANDS 4096
/* Of one; a longer one is asked of /proc alone. */
#define RECIPE_COMMAND_BYTES 1024

/* Variables of the environment that recipes may read, all together: each one is compared with the beginning of each variable of
 * a candidate. The library of this project reads a third of that. */
#define RECIPE_ENV_NAMES 64
/* Of one such name, and `=` behind it: eight words. */
#define RECIPE_ENV_NAME_BYTES 63
/* How much of an environment is looked at. Those of CI jobs have 4 to 16 KiB; one of 32 KiB costs some 20 us. */
#define RECIPE_ENV_BYTES 32768
#define RECIPE_ENV_VARIABLES 512
/* How much of one is kept in a record: all variables that are read together. */
#define RECIPE_ENV_KEPT_BYTES 4096

/* The ring. Holds 4,000 records of 1 KiB: some 2 s of a machine that does nothing but match. */
#define RECIPE_RING_BYTES (1u << 22)

/* The largest record: argv, three paths, ancestors and the fixed part; a per-CPU value of the kernel holds 32 KiB. The paths
 * that come last are cut where even that is not enough. */
#define RECIPE_RECORD_BYTES 24576
