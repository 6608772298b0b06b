/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What is read of sockets. Addresses of the kernel are numbers and reads are probe reads, as in read_file.h. Internet addresses
 * become 16 bytes, IPv4 as ::ffff:a.b.c.d. */
#pragma once
#include "probe.h"
#include "read_file.h"

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

#define SOCKET_AT(sk, field) \
  ((sk) + bpf_core_field_offset(struct sock, __sk_common) + bpf_core_field_offset(struct sock_common, field))

static __always_inline record_u32 read_short(record_u64 address) {
  record_u16 value = 0;
  bpf_probe_read_kernel(&value, sizeof value, (const void*)address);
  return value;
}

static __always_inline record_u32 from_network(record_u32 port) {
  return (port >> 8 & 0xff) | (port & 0xff) << 8;
}

/* The socket behind a descriptor of the current process; 0: none. */
static __always_inline record_u64 sock_of_descriptor(record_u32 descriptor) {
  record_u64 file = file_of_descriptor(bpf_get_current_task_btf(), descriptor);
  if ((mode_of_inode(inode_of_file(file)) & S_IFMT) != S_IFSOCK) return 0;
  record_u64 socket = read_word(file + bpf_core_field_offset(struct file, private_data));
  return socket ? read_word(socket + bpf_core_field_offset(struct socket, sk)) : 0;
}

static __always_inline record_u32 family_of_sock(record_u64 sk) {
  return sk ? read_short(SOCKET_AT(sk, skc_family)) : AF_UNSPEC;
}

static __always_inline int is_internet(record_u32 family) {
  return family == AF_INET || family == AF_INET6;
}

static __always_inline void set_text_word(struct classify* c, record_u32 at, record_u64 word) {
  *(record_u64*)(c->text + at) = word;
}

/* The address at `from` in the kernel, as 16 bytes in text; at is a constant. */
static __always_inline void copy_address(struct classify* c, record_u32 at, record_u32 family, record_u64 from) {
  if (family == AF_INET) {
    set_text_word(c, at, 0);
    set_text_word(c, at + 8, 0xffff0000ull | (record_u64)read_half(from) << 32);
  } else {
    set_text_word(c, at, read_word(from));
    set_text_word(c, at + 8, read_word(from + 8));
  }
}

#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define IPPROTO_MPTCP 262

static __always_inline record_u32 protocol_of_sock(record_u64 sk) {
  return read_short(sk + bpf_core_field_offset(struct sock, sk_protocol));
}
static __always_inline int is_stream(record_u32 protocol) {
  return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
}
/* Raw sockets keep something else where others keep ports. */
static __always_inline int has_ports(record_u32 protocol) {
  return is_stream(protocol) || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP || protocol == IPPROTO_UDPLITE;
}

/* This side and the protocol, for the record. A connection that was reset has no port any more. */
static __always_inline void add_own_side(struct classify* c, record_u64 sk, record_u32 family) {
  record_u32 protocol = protocol_of_sock(sk), port = read_short(SOCKET_AT(sk, skc_num));
  copy_address(c, TEXT_OWN_IP, family, family == AF_INET ? SOCKET_AT(sk, skc_rcv_saddr) : SOCKET_AT(sk, skc_v6_rcv_saddr));
  add_text(c, FIELD_src_ip, TEXT_OWN_IP, 16);
  if (port && has_ports(protocol)) add_number(c, FIELD_src_port, port);
  add_numbered(c, FIELD_net_protocol, protocol);
}

/* The other side, as the socket has it. 0: it has none. */
static __always_inline int set_peer(struct classify* c, record_u64 sk, record_u32 family) {
  record_u32 port = read_short(SOCKET_AT(sk, skc_dport)), protocol = protocol_of_sock(sk);
  if (!port && is_stream(protocol)) return 0; /* disconnected: the address may still stand there */
  copy_address(c, TEXT_IP, family, family == AF_INET ? SOCKET_AT(sk, skc_daddr) : SOCKET_AT(sk, skc_v6_daddr));
  if (!port && !*(record_u64*)(c->text + TEXT_IP) &&
      (*(record_u64*)(c->text + TEXT_IP + 8) == 0xffff0000ull || !*(record_u64*)(c->text + TEXT_IP + 8)))
    return 0;
  set_value(c, LANE_IP, VALUE_KNOWN, TEXT_IP, 16);
  if (has_ports(protocol)) set_number(c, LANE_PORT, from_network(port));
  return 1;
}

/* sockaddr_in and sockaddr_in6 begin alike. */
struct socket_address {
  record_u16 family;
  record_u16 port;
  record_u32 address; /* of sockaddr_in6: the flow */
  record_u64 address6[2];
};

#define LOOPBACK 0x0100007fu         /* 127.0.0.1, as it lies in memory */
#define LOOPBACK6 0x0100000000000000 /* the last half of ::1 */

/* The other side, as the caller has asked for it: another thread may have changed it meanwhile. The address that stands for
 * none leads to loopback. unspecified: what a family of AF_UNSPEC means. 0: it is no such address. */
static __always_inline int set_asked_peer(struct classify* c, record_u64 sk, record_u64 pointer, record_u32 unspecified) {
  struct socket_address asked = {};
  if (bpf_probe_read_user(&asked, 8, (const void*)pointer)) return 0;
  record_u32 family = asked.family == AF_UNSPEC ? unspecified : asked.family;
  if (family == AF_INET) {
    set_text_word(c, TEXT_IP, 0);
    set_text_word(c, TEXT_IP + 8, 0xffff0000ull | (record_u64)(asked.address ? asked.address : LOOPBACK) << 32);
  } else if (family == AF_INET6) {
    if (bpf_probe_read_user(&asked, sizeof asked, (const void*)pointer)) return 0;
    if (!asked.address6[0] && !asked.address6[1]) asked.address6[1] = LOOPBACK6;
    set_text_word(c, TEXT_IP, asked.address6[0]);
    set_text_word(c, TEXT_IP + 8, asked.address6[1]);
  } else {
    return 0;
  }
  set_value(c, LANE_IP, VALUE_KNOWN, TEXT_IP, 16);
  if (has_ports(protocol_of_sock(sk))) set_number(c, LANE_PORT, from_network(asked.port));
  return 1;
}
