/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* DNS over UDP, where packets leave and reach sockets (cgroup v2; the root's programs see every socket's). The kernel reads the
 * first question, which the filter needs; the answers it leaves to the reader, with the message.
 *
 * A question leaves while the process that asks is running. Its answer arrives while any process is: the asker is remembered by
 * its socket. What is not known of it then (arguments, path, ancestors) goes out marked as cut, and the reader asks the
 * machine. */
/* clang-format off */
#include "lib/read_socket.h"
#include "lib/finish.h"
#include "lib/read_task.h"
/* clang-format on */

#define DNS_PORT 53
#define DNS_HEADER_BYTES 12
#define DNS_LABEL_BYTES 63
#define UDP 17
#define UDP_HEADER_BYTES 8
#define PASS 1

/* IPv6: headers that may stand between, which begin with the next one's kind and their own length. */
#define HOP_BY_HOP 0
#define ROUTING 43
#define FRAGMENT 44
#define DESTINATION 60
#define EXTENSION_HEADERS 4

static __always_inline record_u32 load_byte(struct __sk_buff* packet, record_u32 at) {
  record_u8 byte = 0;
  bpf_skb_load_bytes(packet, at, &byte, sizeof byte);
  return byte;
}
static __always_inline record_u32 load_short(struct __sk_buff* packet, record_u32 at) {
  record_u8 bytes[2] = {};
  bpf_skb_load_bytes(packet, at, bytes, sizeof bytes);
  return bytes[0] << 8 | bytes[1];
}

/* Where the header of UDP lies; 0: the packet has none, or is a later fragment. */
__noinline record_u64 find_udp(struct __sk_buff* packet) {
  record_u32 first = load_byte(packet, 0);
  if (first >> 4 == 4) {
    if (load_byte(packet, 9) != UDP || load_short(packet, 6) & 0x1fff) return 0;
    return (first & 15) * 4;
  }
  if (first >> 4 != 6) return 0;
  record_u32 kind = load_byte(packet, 6), at = 40;
  for (record_u32 i = 0; i < EXTENSION_HEADERS; ++i) {
    if (kind != HOP_BY_HOP && kind != ROUTING && kind != DESTINATION && kind != FRAGMENT) break;
    if (kind == FRAGMENT && load_short(packet, at + 2) & 0xfff8) return 0;
    record_u32 bytes = kind == FRAGMENT ? 8 : (load_byte(packet, at + 1) + 1) * 8;
    kind = load_byte(packet, at);
    at += bytes;
  }
  return kind == UDP ? at : 0;
}

static __always_inline record_u32 message_short(struct classify* c, record_u32 at) {
  return TEXT8(c, TEXT_EXTRA + at) << 8 | TEXT8(c, TEXT_EXTRA + at + 1);
}

/* The question goes to port 53, or did before the machine's own firewall turned it elsewhere (a container's resolver): a
 * connected socket still knows. */
static __always_inline int is_question(struct __sk_buff* packet, record_u32 udp) {
  if (load_short(packet, udp + 2) == DNS_PORT) return 1;
  struct bpf_sock* sk = packet->sk;
  sk = sk ? bpf_sk_fullsock(sk) : 0;
  return sk && from_network(sk->dst_port) == DNS_PORT;
}

/* Copies the message into classify.text. Returns its length there; 0: there is none that begins with a whole header. */
__noinline record_u64 load_message(struct __sk_buff* packet, struct classify* c, record_u32 at) {
  if (!c) return 0;
  record_u64 bytes = packet->len - at;
  if (at >= packet->len || bytes < DNS_HEADER_BYTES) return 0;
  if (bytes > RECIPE_EXTRA_BYTES) bytes = RECIPE_EXTRA_BYTES;
  bytes = BOUND(bytes, 0xfff);
  if (bytes < DNS_HEADER_BYTES || bytes > RECIPE_EXTRA_BYTES) return 0;
  return bpf_skb_load_bytes(packet, at, c->text + TEXT_EXTRA, bytes) ? 0 : bytes;
}

/* Where the reading of a name is. */
struct name_scan {
  record_u32 at;   /* in the message */
  record_u32 end;  /* of the message */
  record_u32 out;  /* bytes of the name so far */
  record_u32 left; /* bytes of the label */
  record_u32 wrong;
};

/* One byte of the first question's name, to lower case and with dots. Returns 0 at the end. A pointer has nothing to point to
 * there, and a dot within a label would look like one between two: such a name is marked as cut. */
__noinline record_u64 scan_name(struct classify* c, struct name_scan* scan) {
  if (!c || !scan) return 0;
  if (scan->at >= scan->end) {
    scan->wrong = 1;
    return 0;
  }
  record_u32 byte = TEXT8(c, TEXT_EXTRA + scan->at);
  scan->at += 1;
  if (!scan->left) {
    if (!byte) return 0;
    if (byte > DNS_LABEL_BYTES) {
      scan->wrong = 1;
      return 0;
    }
    scan->left = byte;
    if (!scan->out) return 1;
    byte = '.';
  } else {
    scan->left -= 1;
    if (byte == '.') scan->wrong = 1;
    if (byte >= 'A' && byte <= 'Z') byte += 'a' - 'A';
  }
  c->text[TEXT_DOMAIN + BOUND(scan->out, 0xff)] = byte;
  scan->out += 1;
  return 1;
}

/* The question as the value of its lane, its type and the answer's code for the record. Returns 0: the message holds none.
 * of: 0 a question, 1 an answer. segments: messages in this packet; one is read. */
__noinline record_u64 read_question(struct classify* c, record_u32 bytes, record_u32 of, record_u32 segments) {
  if (!c) return 0;
  record_u32 flags = message_short(c, 2), questions = message_short(c, 4);
  if (flags >> 15 != of || flags >> 11 & 15 || !questions) return 0; /* neither an update nor a notification */
  struct name_scan scan = {DNS_HEADER_BYTES, bytes, 0, 0, 0};
  for (record_u32 i = 0; i <= RECIPE_DOMAIN_BYTES; ++i)
    if (!scan_name(c, &scan)) break;
  if (scan.left || questions > 1 || segments > 1 || scan.out >= RECIPE_DOMAIN_BYTES) scan.wrong = 1;
  set_value(c, LANE_DOMAIN, scan.wrong ? VALUE_UNKNOWN : VALUE_KNOWN, TEXT_DOMAIN, scan.out);
  if (!scan.wrong && scan.at + 2 <= bytes) add_numbered(c, FIELD_dns_type, message_short(c, scan.at));
  if (of) add_number(c, FIELD_dns_code, flags & 15);
  return 1;
}

SEC("cgroup_skb/egress") int recipe_c_dns(struct __sk_buff* packet) {
  record_u64 udp = find_udp(packet);
  if (!udp || !is_question(packet, udp)) return PASS;
  struct classify* c = begin_of_process(EVENT_dns);
  if (!c) return PASS;
  record_u64 bytes = load_message(packet, c, udp + UDP_HEADER_BYTES);
  if (bytes && read_question(c, bytes, 0, packet->gso_segs))
    finish_event(c);
  else
    c->busy = 0;
  return PASS;
}

/* An asker's key: its socket, and the number that it gave to the question. 0: this is no message of that kind. */
static __always_inline record_u64 key_of_asker(struct __sk_buff* packet, record_u32 message, record_u32 of) {
  if (packet->len < message + DNS_HEADER_BYTES || load_byte(packet, message + 2) >> 7 != of) return 0;
  return bpf_get_socket_cookie(packet) << 16 | load_short(packet, message);
}

/* Who asks. */
SEC("cgroup_skb/egress") int recipe_c_asker(struct __sk_buff* packet) {
  record_u64 udp = find_udp(packet);
  if (!udp || !is_question(packet, udp)) return PASS;
  struct task_struct* task = bpf_get_current_task_btf();
  const struct cred* cred = task->cred;
  record_u64 cookie = key_of_asker(packet, udp + UDP_HEADER_BYTES, 0);
  if (!cookie || !is_watched(task->tgid)) return PASS;
  struct asker asker = {
      task->group_leader->start_boottime, task->tgid, task->pid, cred->uid.val, cred->gid.val, cred->euid.val, 0, {}};
  asker.name_bytes = copy_name((record_u64)task, asker.name);
  bpf_map_update_elem(&askers, &cookie, &asker, BPF_ANY);
  return PASS;
}

/* The classifier, made ready for the asker. */
static __always_inline struct classify* begin_answer(const struct asker* asker) {
  struct probe_start start;
  if (!begin_event_of(&start, EVENT_dns_answer, asker->pid)) return 0;
  record_u32 bytes = asker->name_bytes;
  ask_hash(&start, bytes ? hash_name(asker->name, seed_of(&start), bytes) : 0);
  if (is_unwanted(&start)) return 0;
  struct classify* c = begin_classify(&start, EVENT_dns_answer);
  if (!c) return 0;
  c->process = asker->pid;
  bpf_probe_read_kernel(c->text + TEXT_NAME, RECIPE_NAME_BYTES, asker->name);
  set_value(c, LANE_NAME, bytes ? VALUE_KNOWN : VALUE_UNKNOWN, TEXT_NAME, bytes);
  set_number(c, LANE_UID, asker->uid);
  set_number(c, LANE_GID, asker->gid);
  set_number(c, LANE_EUID, asker->euid);
  STATE(c, LANE_ARGV) = STATE(c, LANE_EXE) = STATE(c, LANE_PARENT_NAME) = VALUE_UNKNOWN;
  add_number(c, FIELD_process_pid, asker->pid);
  add_number(c, FIELD_process_tid, asker->tid);
  add_number(c, FIELD_process_start_time, asker->start_time);
  return c;
}

SEC("cgroup_skb/ingress") int recipe_c_dns_answer(struct __sk_buff* packet) {
  record_u64 udp = find_udp(packet);
  if (!udp || load_short(packet, udp) != DNS_PORT) return PASS;
  record_u64 cookie = key_of_asker(packet, udp + UDP_HEADER_BYTES, 1);
  struct asker* asker = cookie ? bpf_map_lookup_elem(&askers, &cookie) : 0;
  struct classify* c = asker ? begin_answer(asker) : 0;
  if (!c) return PASS;
  record_u64 bytes = load_message(packet, c, udp + UDP_HEADER_BYTES);
  if (bytes && read_question(c, bytes, 1, packet->gso_segs)) {
    record_u32 cut = packet->len - udp - UDP_HEADER_BYTES > bytes ? ITEM_TRUNCATED : 0;
    add_item(c, FIELD_dns_answers, ITEM_MESSAGE | cut, TEXT_EXTRA, bytes);
    finish_event(c);
  } else {
    c->busy = 0;
  }
  return PASS;
}
