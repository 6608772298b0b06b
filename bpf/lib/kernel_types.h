/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The kernel's types, only the fields that we read. Offsets are relocated at load against the running kernel's BTF (CO-RE), so
 * order and gaps do not matter and no vmlinux.h is needed to build. */
#pragma once
#include "../abi/records.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
  unsigned int val;
} kuid_t;
typedef struct {
  unsigned int val;
} kgid_t;

typedef struct {
  record_u64 val;
} kernel_cap_t; /* two words of 32 bits before 6.3: the same bytes */

struct qstr {
  union {
    struct {
      record_u32 hash;
      record_u32 len;
    };
    record_u64 hash_len;
  };
  const unsigned char* name;
};

struct super_block {
  unsigned int s_dev;
  unsigned long s_magic;
};

struct inode;
struct dentry {
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
};

struct vfsmount {
  struct dentry* mnt_root;
};

struct mount {
  struct mount* mnt_parent;
  struct dentry* mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};

struct timespec64 {
  long long tv_sec;
  long tv_nsec;
};

struct inode {
  record_u16 i_mode;
  kuid_t i_uid;
  kgid_t i_gid;
  struct super_block* i_sb;
  unsigned long i_ino;
  unsigned int i_nlink;
  unsigned int i_rdev;
  void* i_private;
};
struct pid;
struct proc_inode {
  struct pid* pid;
  struct inode vfs_inode;
};
/* The change time has had three homes: i_ctime up to 6.5, __i_ctime up to 6.10, two fields since. */
struct inode___6_5 {
  struct timespec64 i_ctime;
};
struct inode___6_6 {
  struct timespec64 __i_ctime;
};
struct inode___6_11 {
  long long i_ctime_sec;
  unsigned int i_ctime_nsec;
};

struct file {
  struct path f_path;
  struct inode* f_inode;
  unsigned int f_flags;
  unsigned int f_mode;
  void* private_data;
};

struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};

struct files_struct {
  struct fdtable* fdt;
};

struct fs_struct {
  struct path root;
  struct path pwd;
};

struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
  unsigned long env_start;
  unsigned long env_end;
  struct file* exe_file;
};

struct cred {
  kuid_t uid;
  kgid_t gid;
  kuid_t euid;
  kgid_t egid;
  kernel_cap_t cap_effective;
};

struct list_head {
  struct list_head* next;
};

struct hlist_node {
  struct hlist_node* next;
};
struct hlist_head {
  struct hlist_node* first;
};

struct pid_namespace;
struct upid {
  int nr;
  struct pid_namespace* ns;
};
struct pid {
  unsigned int level;
  struct hlist_head tasks[1]; /* those that follow belong to other kinds of pid */
  struct upid numbers[1];     /* of the outermost namespace, and so on inward */
};

/* Numbers of a namespace → struct pid: a tree of 64 slots a node. */
struct xarray {
  void* xa_head;
};
struct xa_node {
  record_u8 shift;
  void* slots[1];
};
struct idr {
  struct xarray idr_rt;
};
struct pid_namespace {
  struct idr idr;
};

struct ns_common {
  unsigned int inum;
};
struct mnt_namespace {
  struct ns_common ns;
};
struct nsproxy {
  struct mnt_namespace* mnt_ns;
};

struct kernfs_node {
  record_u64 id;
};
struct cgroup {
  struct kernfs_node* kn;
};
struct css_set {
  struct cgroup* dfl_cgrp; /* of version 2 */
};

struct thread_info {
  unsigned int status;
};
struct task_struct {
  struct thread_info thread_info;
  unsigned int flags;
  int pid;
  int tgid;
  struct mm_struct* mm;
  struct task_struct* real_parent;
  struct task_struct* group_leader;
  struct list_head children;
  record_u64 start_boottime;
  struct pid* thread_pid;
  struct hlist_node pid_links[1];
  const struct cred* cred;
  struct fs_struct* fs;
  struct files_struct* files;
  struct nsproxy* nsproxy;
  struct css_set* cgroups;
  char comm[16];
};

struct in6_addr {
  record_u64 words[2];
};
struct sock_common {
  record_u16 skc_family;
  record_u32 skc_daddr; /* network order, as the port */
  record_u32 skc_rcv_saddr;
  record_u16 skc_dport;
  record_u16 skc_num; /* this side's port, host order */
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};
struct sock {
  struct sock_common __sk_common;
  record_u16 sk_protocol;
};
struct socket {
  struct sock* sk;
};

struct unix_address {
  int len; /* of the family and the name, which follow */
};
struct unix_sock {
  struct unix_address* addr;
  struct path path;
  struct sock* peer;
};

struct sk_buff {
  unsigned int len;
  unsigned int data_len;
  record_u16 protocol; /* network order */
  record_u16 transport_header;
  record_u16 network_header;
  unsigned char* head;
  unsigned char* data;
};

struct bpf_prog_aux {
  char name[16];
};
struct bpf_prog {
  enum bpf_prog_type type;
  struct bpf_prog_aux* aux;
};

struct linux_binprm {
  struct file* file;
  int argc;
  const char* filename;
  const char* interp;
};

#pragma clang attribute pop

#define PF_IO_WORKER 0x00000010
#define PF_KTHREAD 0x00200000
#define TS_COMPAT 2 /* of thread_info.status: the thread is in a call of 32 bits */
