#include "adapters/host/lock_watch.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include <sys/inotify.h>
#include <unistd.h>

namespace copal::host {

namespace {

constexpr std::uint32_t own_fate = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;
constexpr std::uint32_t of_entries = IN_DELETE | IN_MOVED_FROM;
/// The folder that it names, not one that it links to, beside what others watch of it.
constexpr std::uint32_t how = IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD;

} // namespace

lock_watch::lock_watch(maker make) : fd_(make(IN_NONBLOCK | IN_CLOEXEC)) {}

lock_watch::~lock_watch() {
  if (fd_ >= 0)
    ::close(fd_);
}

bool lock_watch::add(const std::filesystem::path& folder, app_id app, const std::string& name) {
  const int wd = ::inotify_add_watch(fd_, folder.c_str(), own_fate | of_entries | how);
  if (wd < 0)
    return false;
  places_[wd][app].insert(name);
  return places_.size() <= most_folders;
}

bool lock_watch::begin(
  const std::filesystem::path& root, app_id app, const std::vector<user_lock>& held) {
  end(app);
  if (fd_ < 0)
    return false;
  const auto id = to_string(app);
  bool all = add(root, app, id);
  for (const auto& lock : held) {
    const auto& service = lock.service.value;
    const auto file = std::filesystem::path{lock.path}.filename().string();
    all = all && add(root / id, app, service) && add(root / id / service, app, file);
  }
  if (!all)
    end(app);
  return all;
}

void lock_watch::end(app_id app) {
  for (auto it = places_.begin(); it != places_.end();) {
    it->second.erase(app);
    if (!it->second.empty()) {
      ++it;
      continue;
    }
    ::inotify_rm_watch(fd_, it->first); // of a folder that is gone there is none any more
    it = places_.erase(it);
  }
}

std::set<app_id> lock_watch::take() {
  std::set<app_id> gone;
  if (fd_ >= 0)
    read_events(gone);
  for (const auto app : gone)
    end(app);
  return gone;
}

void lock_watch::read_events(std::set<app_id>& gone) {
  const auto all_of = [&gone](const place& at) {
    for (const auto& [app, names] : at)
      gone.insert(app);
  };
  const auto tell = [&](const inotify_event& head, const std::string& name) {
    if ((head.mask & IN_Q_OVERFLOW) != 0) {
      for (const auto& [wd, at] : places_)
        all_of(at);
      return;
    }
    const auto it = places_.find(head.wd);
    if (it == places_.end())
      return;
    if ((head.mask & (own_fate | IN_IGNORED)) != 0)
      return all_of(it->second);
    for (const auto& [app, names] : it->second) {
      if (names.contains(name))
        gone.insert(app);
    }
  };
  alignas(inotify_event) std::array<char, 8192> buffer{};
  // Whoever makes events without end is heard again when the descriptor is readable next time.
  constexpr int most_reads = 16;
  for (int reads = 0; reads < most_reads; ++reads) {
    const auto got = ::read(fd_, buffer.data(), buffer.size());
    if (got <= 0)
      return;
    std::size_t at = 0;
    while (at + sizeof(inotify_event) <= static_cast<std::size_t>(got)) {
      inotify_event head{};
      std::memcpy(&head, buffer.data() + at, sizeof head);
      const char* name = buffer.data() + at + sizeof head;
      tell(head, head.len > 0 ? std::string{name} : std::string{});
      at += sizeof head + head.len;
    }
  }
}

} // namespace copal::host
