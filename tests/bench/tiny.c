/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program there is, for storms of execs: no libraries, leaves at once. Static, without a C runtime. */
void _start(void) {
  __asm__ volatile("mov $60, %%eax\n\txor %%edi, %%edi\n\tsyscall" ::: "rax", "rdi");
  __builtin_unreachable();
}
