/* SPDX-License-Identifier: Apache-2.0 */
/* One small program that stands in for others: it is copied under the name of each (node, curl, docker, gh, Runner.Worker ...),
 * so that what runs is a binary of that name, and does what a text says.
 *
 * In: the name under which it runs, its arguments, a text of deeds. Out: the events that the deeds make.
 *   curl, wget    fetch or post by plain HTTP: [-o FILE] [-d DATA] URL; other options are passed over
 *   sudo          reads what sudo reads, then becomes the command in its arguments
 *   any other     does the deeds of /opt/replies/NAME if it is there, else those of the file that its first operand names, if
 * the first or the second line of that file is `# deeds`; else nothing
 *
 * A text of deeds: one a line, words apart by spaces, '...' and "..." hold words together, ~ at a word's start is $HOME.
 *   say TEXT               read PATH              write PATH TEXT       append PATH TEXT      unlink PATH
 *   rename OLD NEW         chmod OCTAL PATH       mtime PATH SECONDS    copy PATH NEW         in DIR
 *   run WORD...            an execution, waited for                     sh TEXT               /bin/sh -c TEXT, waited for
 *   detach WORD...         an execution in a session of its own, not waited for
 *   get URL [PATH]         post URL TEXT          hold MILLISECONDS
 * Limits: texts up to 64 KiB, 64 words a line. A deed that fails ends the program with 1 and a word on stderr. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kTextMax = 65536, kWordsMax = 64 };

static const char* program;

static void fail(const char* deed, const char* what) {
  fprintf(stderr, "%s: cannot %s `%s`: %s\n", program, deed, what, strerror(errno));
  exit(1);
}

static size_t read_file(const char* path, char* to, size_t room) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("read", path);
  size_t size = 0;
  for (ssize_t got; size < room && (got = read(file, to + size, room - size)) > 0;) size += (size_t)got;
  close(file);
  return size;
}

static void write_file(const char* path, int flags, const char* text, size_t size) {
  const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (file < 0 || write(file, text, size) != (ssize_t)size) fail("write", path);
  close(file);
}

/* The answer's body goes to the file, or to stdout. */
static void fetch(const char* url, const char* data, const char* path) {
  const int tls = strncmp(url, "https://", 8) == 0;
  const char* at = strstr(url, "://");
  at = at == NULL ? url : at + 3;
  char host[256] = "", port[8] = "";
  size_t size = strcspn(at, "/");
  const size_t name = strcspn(at, ":/");
  snprintf(host, sizeof host, "%.*s", (int)name, at);
  if (name < size) snprintf(port, sizeof port, "%.*s", (int)(size - name - 1), at + name + 1);
  const char* const rest = at[size] == '\0' ? "/" : at + size;

  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
  if (getaddrinfo(host, port[0] != '\0' ? port : tls ? "443" : "80", &hints, &found) != 0) fail("find", host);
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0 || connect(socket_fd, found->ai_addr, found->ai_addrlen) != 0) fail("reach", host);
  freeaddrinfo(found);
  const size_t length = data != NULL ? strlen(data) : 0;
  dprintf(socket_fd, "%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: %zu\r\n\r\n", data != NULL ? "POST" : "GET", rest, host,
          length);
  for (size_t sent = 0; sent < length;) {
    const ssize_t part = write(socket_fd, data + sent, length - sent);
    if (part <= 0) break; /* the other side had enough */
    sent += (size_t)part;
  }
  static char answer[kTextMax * 4];
  size = 0;
  for (ssize_t got; size < sizeof answer - 1 && (got = read(socket_fd, answer + size, sizeof answer - 1 - size)) > 0;) {
    size += (size_t)got;
  }
  close(socket_fd);
  const char* body = strstr(answer, "\r\n\r\n");
  if (body == NULL) fail("understand", host);
  body += 4;
  size -= (size_t)(body - answer);
  if (path != NULL) {
    write_file(path, O_TRUNC, body, size);
  } else if (fwrite(body, 1, size, stdout) != size) {
    fail("print", host);
  }
}

static int wait_for(pid_t child) {
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) fail("wait for", "a child");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run(char** words, int detached) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    if (detached) {
      setsid();
      const int null = open("/dev/null", O_RDWR);
      for (int i = 0; i < 3; ++i) dup2(null, i);
      close(null);
    }
    execvp(words[0], words);
    fail("run", words[0]);
  }
  if (!detached && wait_for(child) != 0) {
    errno = ECHILD;
    fail("run", words[0]);
  }
}

/* Cuts the line into words, in place. */
static int split(char* line, char** words) {
  int count = 0;
  char* out = line;
  while (*line != '\0' && count < kWordsMax - 1) {
    while (*line == ' ') ++line;
    if (*line == '\0') break;
    words[count++] = out;
    while (*line != '\0' && *line != ' ') {
      if (*line == '\'' || *line == '"') {
        const char quote = *line++;
        while (*line != '\0' && *line != quote) *out++ = *line++;
        if (*line != '\0') ++line;
      } else {
        *out++ = *line++;
      }
    }
    const int more = *line != '\0';
    if (more) ++line;
    *out++ = '\0';
    if (!more) break;
  }
  words[count] = NULL;
  for (int i = 0; i < count; ++i) {
    if (words[i][0] != '~' || (words[i][1] != '/' && words[i][1] != '\0')) continue;
    char* whole = NULL;
    if (asprintf(&whole, "%s%s", getenv("HOME"), words[i] + 1) < 0) abort();
    words[i] = whole; /* lives as long as the program */
  }
  return count;
}

static char* joined(char** words) {
  static char text[kTextMax];
  size_t size = 0;
  text[0] = '\0';
  for (; *words != NULL; ++words) {
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size != 0 ? " " : "", *words);
    if (size >= sizeof text) size = sizeof text - 1;
  }
  return text;
}

static void perform(char** words, int count) {
  const char* const deed = words[0];
  const char* const first = count > 1 ? words[1] : "";
  const char* const second = count > 2 ? words[2] : "";
  static char buffer[kTextMax];
  if (strcmp(deed, "say") == 0) {
    puts(joined(words + 1));
  } else if (strcmp(deed, "read") == 0) {
    (void)read_file(first, buffer, sizeof buffer);
  } else if (strcmp(deed, "write") == 0 || strcmp(deed, "append") == 0) {
    char* const text = joined(words + 2);
    const size_t size = strlen(text);
    text[size] = '\n'; /* the NUL is not needed any more */
    write_file(first, deed[0] == 'w' ? O_TRUNC : O_APPEND, text, size + 1);
  } else if (strcmp(deed, "unlink") == 0) {
    if (unlink(first) != 0) fail(deed, first);
  } else if (strcmp(deed, "rename") == 0) {
    if (rename(first, second) != 0) fail(deed, first);
  } else if (strcmp(deed, "chmod") == 0) {
    if (chmod(second, (mode_t)strtol(first, NULL, 8)) != 0) fail(deed, second);
  } else if (strcmp(deed, "mtime") == 0) {
    const struct timeval times[2] = {{.tv_sec = atol(second)}, {.tv_sec = atol(second)}};
    if (utimes(first, times) != 0) fail(deed, first);
  } else if (strcmp(deed, "copy") == 0) {
    const size_t size = read_file(first, buffer, sizeof buffer);
    write_file(second, O_TRUNC, buffer, size);
  } else if (strcmp(deed, "in") == 0) {
    if (chdir(first) != 0) fail("enter", first);
  } else if (strcmp(deed, "run") == 0 || strcmp(deed, "detach") == 0) {
    run(words + 1, deed[0] == 'd');
  } else if (strcmp(deed, "sh") == 0) {
    char* shell[] = {"/bin/sh", "-c", joined(words + 1), NULL};
    run(shell, 0);
  } else if (strcmp(deed, "get") == 0) {
    fetch(first, NULL, count > 2 ? second : "/dev/null");
  } else if (strcmp(deed, "post") == 0) {
    fetch(first, joined(words + 2), "/dev/null");
  } else if (strcmp(deed, "hold") == 0) {
    usleep((useconds_t)atol(first) * 1000);
  } else {
    errno = EINVAL;
    fail("do", deed);
  }
}

static int is_deeds(const char* text) {
  if (text[0] == '#' && text[1] == '!') {
    text = strchr(text, '\n');
    if (text == NULL) return 0;
    ++text;
  }
  return strncmp(text, "# deeds\n", 8) == 0;
}

static void perform_file(const char* path, int must_say_so) {
  char* const text = calloc(1, kTextMax + 1); /* held to the end: what a memory dump finds */
  if (text == NULL) abort();
  (void)read_file(path, text, kTextMax);
  if (must_say_so && !is_deeds(text)) return;
  for (char *line = strdup(text), *rest; line != NULL; line = rest) {
    rest = strchr(line, '\n');
    if (rest != NULL) *rest++ = '\0';
    if (line[0] == '#' || line[0] == '\0') continue;
    char* words[kWordsMax];
    const int count = split(line, words);
    if (count != 0) perform(words, count);
  }
}

static int download(int argc, char** argv) {
  const char *url = NULL, *data = NULL, *path = NULL;
  const int wget = strcmp(program, "wget") == 0;
  for (int i = 1; i < argc; ++i) {
    const char* const word = argv[i];
    const char last = word[0] == '-' && word[1] != '-' ? word[strlen(word) - 1] : '\0';
    const char* const value = i + 1 < argc ? argv[i + 1] : NULL;
    if (last == (wget ? 'O' : 'o')) {
      path = value, ++i;
    } else if (last == 'd' || strcmp(word, "--data-binary") == 0 || strcmp(word, "--data") == 0) {
      data = value, ++i;
    } else if (last == 'm' || last == 'H' || last == 'X') {
      ++i;
    } else if (word[0] != '-') {
      url = word;
    }
  }
  if (url == NULL) return 2;
  static char text[kTextMax + 1];
  if (data != NULL && data[0] == '@') {
    (void)read_file(data + 1, text, kTextMax);
    data = text;
  }
  if (path != NULL && strcmp(path, "-") == 0) path = NULL;
  fetch(url, data, path);
  return 0;
}

int main(int argc, char** argv) {
  static char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
  if (size <= 0) return 1;
  program = strrchr(self, '/') + 1;
  if (strcmp(program, "curl") == 0 || strcmp(program, "wget") == 0) return download(argc, argv);
  int at = 1;
  if (strcmp(program, "sudo") == 0) {
    (void)open("/etc/sudoers", O_RDONLY | O_CLOEXEC);
    while (at < argc && argv[at][0] == '-') ++at;
    if (at == argc) return 1;
    execvp(argv[at], argv + at);
    fail("run", argv[at]);
  }
  char reply[4200];
  snprintf(reply, sizeof reply, "/opt/replies/%s", program);
  if (access(reply, R_OK) == 0) {
    perform_file(reply, 0);
    return 0;
  }
  while (at < argc && argv[at][0] == '-') ++at;
  struct stat status;
  if (at < argc && stat(argv[at], &status) == 0 && S_ISREG(status.st_mode)) perform_file(argv[at], 1);
  return 0;
}
