// SPDX-License-Identifier: Apache-2.0
// librpm without its configuration: no macro file is read, so nothing in one can start a program; its plugins belong to
// transactions, of which there are none here. It is told not to handle this process's signals.
#include "runtime/context/rpm_database.h"

#include <rpm/header.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmts.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "runtime/base/library.h"

namespace recipe {
namespace {

// Fedora and openSUSE; RHEL; image-based systems, whose /var is their owner's.
constexpr const char* kFolders[] = {"/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"};
// SQLite, ndb, Berkeley DB.
constexpr const char* kFiles[] = {"/rpmdb.sqlite", "/Packages.db", "/Packages"};

struct Rpm {
  // Fedora 39 and RHEL 10; Debian 12, RHEL 9; RHEL 8.
  Library library{{"librpm.so.10", "librpm.so.9", "librpm.so.8"}, "librpm9"};
  void (*set_interrupt_safety)(int);  // none in later versions, which leave signals alone
  decltype(&::rpmlogSetMask) log_set_mask;
  decltype(&::rpmlogSetCallback) log_set_callback;
  decltype(&::rpmPushMacro) push_macro;
  decltype(&::rpmPopMacro) pop_macro;
  decltype(&::rpmtsCreate) ts_create;
  decltype(&::rpmtsFree) ts_free;
  decltype(&::rpmtsSetVSFlags) ts_set_flags;
  decltype(&::rpmtsInitIterator) ts_iterator;
  decltype(&::rpmdbNextIterator) next;
  decltype(&::rpmdbFreeIterator) iterator_free;
  decltype(&::headerGetString) header_string;
  decltype(&::headerGetAsString) header_as_string;
  decltype(&::rpmfilesNew) files_new;
  decltype(&::rpmfilesFree) files_free;
  decltype(&::rpmfilesFC) files_count;
  decltype(&::rpmfilesFN) file_name;
  decltype(&::rpmfilesFMode) file_mode;
  decltype(&::rpmfilesFState) file_state;

  Rpm() {
    library.bind_if_there(set_interrupt_safety, "rpmsqSetInterruptSafety");
    library.bind(log_set_mask, "rpmlogSetMask");
    library.bind(log_set_callback, "rpmlogSetCallback");
    library.bind(push_macro, "rpmPushMacro");
    library.bind(pop_macro, "rpmPopMacro");
    library.bind(ts_create, "rpmtsCreate");
    library.bind(ts_free, "rpmtsFree");
    library.bind(ts_set_flags, "rpmtsSetVSFlags");
    library.bind(ts_iterator, "rpmtsInitIterator");
    library.bind(next, "rpmdbNextIterator");
    library.bind(iterator_free, "rpmdbFreeIterator");
    library.bind(header_string, "headerGetString");
    library.bind(header_as_string, "headerGetAsString");
    library.bind(files_new, "rpmfilesNew");
    library.bind(files_free, "rpmfilesFree");
    library.bind(files_count, "rpmfilesFC");
    library.bind(file_name, "rpmfilesFN");
    library.bind(file_mode, "rpmfilesFMode");
    library.bind(file_state, "rpmfilesFState");
  }
};

// A complaint of the library means that something was not read. Nothing is printed.
int on_complaint(rpmlogRec, void* count) {
  ++*static_cast<int*>(count);
  return 0;
}

std::string owned(char* text) {
  std::string copy(text == nullptr ? "" : text);
  free(text);
  return copy;
}

bool is_ours(const std::string& path, mode_t type) {
  struct stat now {};
  return stat(path.c_str(), &now) == 0 && (now.st_mode & S_IFMT) == type && (now.st_uid == 0 || now.st_uid == geteuid()) &&
         (now.st_mode & S_IWOTH) == 0;
}

RpmPackage package_of(const Rpm& rpm, Header header) {
  constexpr rpmfiFlags kNeeded = RPMFI_FLAGS_ONLY_FILENAMES & ~(RPMFI_NOFILEMODES | RPMFI_NOFILESTATES);
  RpmPackage package;
  const char* name = rpm.header_string(header, RPMTAG_NAME);
  package.name = name == nullptr ? "" : name;
  package.version = owned(rpm.header_as_string(header, RPMTAG_EVR));
  const rpmfiles files = rpm.files_new(nullptr, header, 0, kNeeded);
  const int count = files == nullptr ? 0 : static_cast<int>(rpm.files_count(files));
  for (int i = 0; i < count; ++i) {
    // Of another state: left out when the package was installed, as documentation, or replaced by another package's.
    if (S_ISDIR(rpm.file_mode(files, i)) || rpm.file_state(files, i) != RPMFILE_STATE_NORMAL) continue;
    package.files.push_back(owned(rpm.file_name(files, i)));
  }
  if (files != nullptr) rpm.files_free(files);
  return package;
}

}  // namespace

std::optional<RpmDatabase> find_rpm_database(const std::string& root) {
  for (const char* place : kFolders) {
    const std::string folder = root + place;
    if (!is_ours(folder, S_IFDIR)) continue;
    for (const char* file : kFiles) {
      if (is_ours(folder + file, S_IFREG)) return RpmDatabase{folder, folder + file, folder + file + "-wal"};
    }
  }
  return std::nullopt;
}

bool read_rpm_database(const RpmDatabase& database, const std::function<bool(const RpmPackage&)>& take) {
  static std::mutex one_at_a_time;  // the library's macros and log are the process's
  const std::lock_guard<std::mutex> held(one_at_a_time);
  static const Rpm rpm;
  if (!rpm.library.status().ok() || database.folder.find('%') != std::string::npos) return false;
  int complaints = 0;
  if (rpm.set_interrupt_safety != nullptr) rpm.set_interrupt_safety(0);
  rpm.log_set_mask(RPMLOG_UPTO(RPMLOG_WARNING));
  rpm.log_set_callback(on_complaint, &complaints);
  rpm.push_macro(nullptr, "_dbpath", nullptr, database.folder.c_str(), 0);
  const rpmts ts = rpm.ts_create();
  // Headers as they are: what is in the database was checked when it was installed, and whose key is known is not our question.
  rpm.ts_set_flags(ts, RPMVSF_NOHDRCHK | RPMVSF_MASK_NODIGESTS | RPMVSF_MASK_NOSIGNATURES);
  const rpmdbMatchIterator all = rpm.ts_iterator(ts, RPMDBI_PACKAGES, nullptr, 0);
  bool wanted = true;
  while (wanted) {
    const Header header = all == nullptr ? nullptr : rpm.next(all);
    if (header == nullptr) break;
    wanted = take(package_of(rpm, header));
  }
  rpm.iterator_free(all);
  rpm.ts_free(ts);
  rpm.pop_macro(nullptr, "_dbpath");
  rpm.log_set_callback(nullptr, nullptr);
  return wanted && all != nullptr && complaints == 0;
}

}  // namespace recipe
