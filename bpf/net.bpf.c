/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Sockets, at the end of the one system call. Where the call has left the other side's address in the socket it is taken from
 * there; of a datagram that names its receiver, and of a connection that was refused, it is the one that was asked for. */
/* clang-format off */
#include "lib/read_socket.h"
#include "lib/syscall.h"
/* clang-format on */

#define EPERM 1
#define EINTR 4
#define EACCES 13
#define EADDRNOTAVAIL 99
#define ENETDOWN 100
#define ENETUNREACH 101
#define ECONNRESET 104
#define ETIMEDOUT 110
#define ECONNREFUSED 111
#define EHOSTUNREACH 113
#define EINPROGRESS 115
#define ERESTARTSYS 512

#define MSG_FASTOPEN 0x20000000

/* Does the socket know the other side after this? */
static __always_inline int is_under_way(long long result) {
  return result == 0 || result == -EINPROGRESS || result == -EINTR || result == -ERESTARTSYS;
}

/* The address was taken, but nobody was reached, or the machine forbids it: who asks the metadata address is seen where there
 * is none, too. */
static __always_inline int is_refused(long long result) {
  return result == -ECONNREFUSED || result == -ENETUNREACH || result == -EHOSTUNREACH || result == -ETIMEDOUT ||
         result == -ECONNRESET || result == -EACCES || result == -EPERM || result == -EADDRNOTAVAIL || result == -ENETDOWN;
}

/* Nothing to say after all. */
static __always_inline int leave(struct classify* c) {
  c->busy = 0;
  return 0;
}

SYSCALL_EXIT(connect) int recipe_s_connect(struct syscall_exit* call) {
  record_u64 sk = sock_of_descriptor(argument(0));
  record_u32 family = family_of_sock(sk);
  if (!is_internet(family) || !(is_under_way(call->result) || is_refused(call->result))) return 0;
  struct classify* c = begin_of_process(EVENT_connect);
  if (!c) return 0;
  if (!(is_under_way(call->result) ? set_peer(c, sk, family) : set_asked_peer(c, sk, argument(1), AF_UNSPEC))) return leave(c);
  add_own_side(c, sk, family);
  return finish_call(call, c);
}

/* A datagram to an address that it names; without one the socket was connected before. A stream takes no notice of an address,
 * except to begin a connection with the first data. */
static __always_inline int sent_to(struct syscall_exit* call, record_u64 address, record_u32 flags) {
  if (!address) return 0;
  record_u64 sk = sock_of_descriptor(argument(0));
  record_u32 family = family_of_sock(sk), stream = is_stream(protocol_of_sock(sk));
  if (!is_internet(family) || (stream && !(flags & MSG_FASTOPEN))) return 0;
  if (call->result < 0 && !is_refused(call->result) && !(stream && is_under_way(call->result))) return 0;
  struct classify* c = begin_of_process(EVENT_connect);
  if (!c) return 0;
  int known = stream && !is_refused(call->result) ? set_peer(c, sk, family) : 0;
  if (!known && !set_asked_peer(c, sk, address, family == AF_INET ? AF_INET : AF_UNSPEC)) return leave(c);
  add_own_side(c, sk, family);
  return finish_call(call, c);
}

static __always_inline record_u64 read_user_word(record_u64 address) {
  record_u64 word = 0;
  bpf_probe_read_user(&word, sizeof word, (const void*)address);
  return word;
}

SYSCALL_EXIT(sendto) int recipe_s_sendto(struct syscall_exit* call) {
  return sent_to(call, argument(4), argument(3));
}
/* struct msghdr, and struct mmsghdr with it, begin with the address and its length: none, and there is no address. */
static __always_inline record_u64 address_of_message(record_u64 message) {
  return (record_u32)read_user_word(message + 8) ? read_user_word(message) : 0;
}
SYSCALL_EXIT(sendmsg) int recipe_s_sendmsg(struct syscall_exit* call) {
  return sent_to(call, address_of_message(argument(1)), argument(2));
}
SYSCALL_EXIT(sendmmsg) int recipe_s_sendmmsg(struct syscall_exit* call) {
  return call->result ? sent_to(call, address_of_message(argument(1)), argument(3)) : 0;
}

static __always_inline int own_side(struct syscall_exit* call, record_u32 event) {
  if (call->result) return 0;
  record_u64 sk = sock_of_descriptor(argument(0));
  record_u32 family = family_of_sock(sk);
  struct classify* c = is_internet(family) ? begin_of_process(event) : 0;
  if (c) add_own_side(c, sk, family);
  return finish_call(call, c);
}
SYSCALL_EXIT(bind) int recipe_s_bind(struct syscall_exit* call) {
  return own_side(call, EVENT_bind);
}
SYSCALL_EXIT(listen) int recipe_s_listen(struct syscall_exit* call) {
  return own_side(call, EVENT_listen);
}

static __always_inline int accepted(struct syscall_exit* call) {
  if (call->result < 0) return 0;
  record_u64 sk = sock_of_descriptor(call->result);
  record_u32 family = family_of_sock(sk);
  struct classify* c = is_internet(family) ? begin_of_process(EVENT_accept) : 0;
  if (!c) return 0;
  if (!set_peer(c, sk, family)) return leave(c);
  add_own_side(c, sk, family);
  return finish_call(call, c);
}
SYSCALL_EXIT(accept) int recipe_s_accept(struct syscall_exit* call) {
  return accepted(call);
}
SYSCALL_EXIT(accept4) int recipe_s_accept4(struct syscall_exit* call) {
  return accepted(call);
}

/* An abstract name: `@` for the NUL that it begins with. What begins otherwise is a path whose socket has been closed since:
 * what it was bound as, which is not all of it. */
static __always_inline void set_abstract_name(struct classify* c, record_u64 address) {
  record_u64 length = address + bpf_core_field_offset(struct unix_address, len), bytes = read_half(length) - 2ull;
  if (bytes - 1 >= 108) return set_value(c, LANE_SOCKET_PATH, VALUE_UNKNOWN, TEXT_FILE, 0);
  bytes = BOUND(bytes, 0x7f);
  bpf_probe_read_kernel(c->text + TEXT_FILE, bytes, (const void*)(length + sizeof(int) + 2));         /* behind the family */
  if (c->text[TEXT_FILE]) return set_value(c, LANE_SOCKET_PATH, VALUE_UNKNOWN, TEXT_FILE, bytes - 1); /* and a NUL */
  c->text[TEXT_FILE] = '@';
  set_value(c, LANE_SOCKET_PATH, VALUE_KNOWN, TEXT_FILE, bytes);
}

/* The path is that of the socket which answered, whatever the caller called it. */
SYSCALL_EXIT(connect) int recipe_s_unix_connect(struct syscall_exit* call) {
  record_u64 sk = call->result ? 0 : sock_of_descriptor(argument(0));
  if (family_of_sock(sk) != AF_UNIX) return 0;
  record_u64 peer = read_word(sk + bpf_core_field_offset(struct unix_sock, peer));
  record_u64 path = peer + bpf_core_field_offset(struct unix_sock, path);
  record_u64 dentry = peer ? read_word(path + bpf_core_field_offset(struct path, dentry)) : 0;
  record_u64 address = peer ? read_word(peer + bpf_core_field_offset(struct unix_sock, addr)) : 0;
  struct classify* c = dentry || address ? begin_of_process(EVENT_unix_connect) : 0;
  if (!c) return 0;
  c->dentry = dentry;
  c->mnt = dentry ? read_word(path + bpf_core_field_offset(struct path, mnt)) : 0;
  if (!dentry) set_abstract_name(c, address);
  return finish_call(call, c);
}
