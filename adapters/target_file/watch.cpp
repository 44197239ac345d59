#include "adapters/target_file/watch.hpp"

#include "adapters/target_file/files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/inotify.h>
#include <sys/stat.h>

namespace copal::target_file {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t own_fate = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t of_entries =
  IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE;
/// Also for a file that is mounted alone: its changes do not show in the folder that it is seen in.
constexpr std::uint32_t of_files = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;

/// What one watch descriptor stands for.
struct place {
  std::string path;
  std::set<std::string> names; ///< That matter in a folder.
};

/// A plain file with one name, which its maker is about to fill. A link is there at once.
bool is_new_file(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 1;
}

bool is_plain_file(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

std::string explained(int code, const std::string& path) {
  std::string out = system_error_of(code, "watching " + path).what;
  if (code == ENOSPC)
    out += " (the limit of watches, fs.inotify.max_user_watches)";
  if (code == EMFILE && path == "files")
    out += " (the limit fs.inotify.max_user_instances, or of open files)";
  return out;
}

} // namespace

class watch::running : public std::enable_shared_from_this<running> {
public:
  running(const asio::any_io_executor& executor, int fd, change_sink sink)
    : queue_(executor, fd),
      sink_(std::move(sink)) {}

  void listen() {
    queue_.async_wait(asio::posix::stream_descriptor::wait_read,
      [self = shared_from_this()](const boost::system::error_code& ended) {
        if (!ended && self->sink_)
          self->take();
      });
  }

  /// 0, or what the system said.
  int add(const std::string& path, const std::set<std::string>& names, std::uint32_t mask) {
    const int wd = ::inotify_add_watch(queue_.native_handle(), path.c_str(), mask | IN_MASK_ADD);
    if (wd < 0)
      return errno;
    auto& at = places_[wd];
    at.path = path;
    at.names.insert(names.begin(), names.end());
    return 0;
  }

  void stop() {
    sink_ = nullptr;
    boost::system::error_code ignored;
    queue_.close(ignored);
  }

private:
  void take() {
    alignas(inotify_event) std::array<char, 8192> buffer{};
    const auto got = ::read(queue_.native_handle(), buffer.data(), buffer.size());
    std::size_t at = 0;
    while (sink_ && got > 0 && at + sizeof(inotify_event) <= static_cast<std::size_t>(got)) {
      inotify_event head{};
      std::memcpy(&head, buffer.data() + at, sizeof head);
      const char* name = buffer.data() + at + sizeof head;
      tell(head, head.len > 0 ? std::string{name} : std::string{});
      at += sizeof head + head.len;
    }
    if (sink_)
      listen();
  }

  void tell(const inotify_event& head, const std::string& name) {
    const auto it = places_.find(head.wd);
    if (it == places_.end() || name.empty() || (head.mask & own_fate) != 0)
      return tell_self(head, it == places_.end() ? std::string{} : it->second.path);
    if (!it->second.names.contains(name))
      return;
    const auto path = it->second.path == "/" ? '/' + name : it->second.path + '/' + name;
    if ((head.mask & IN_CLOSE_WRITE) != 0)
      return sink_(change::closed, path);
    if ((head.mask & IN_MOVED_TO) != 0 && is_plain_file(path)) {
      forget(path);
      return sink_(change::replaced, path);
    }
    const bool begun = (head.mask & IN_CREATE) != 0 && is_new_file(path);
    sink_(begun ? change::being_written : change::other, path);
  }

  /// The file that was there before: its end is a part of what was told.
  void forget(const std::string& path) {
    for (const auto& [wd, watched] : places_) {
      if (watched.path == path)
        replaced_.insert(wd);
    }
  }

  /// Of a watched thing itself, or of the queue: then changes were lost.
  void tell_self(const inotify_event& head, const std::string& path) {
    if (replaced_.contains(head.wd))
      return;
    if ((head.mask & IN_MODIFY) != 0)
      return sink_(change::being_written, path);
    if ((head.mask & IN_CLOSE_WRITE) != 0)
      return sink_(change::closed, path);
    if ((head.mask & (own_fate | IN_ATTRIB | IN_Q_OVERFLOW | IN_UNMOUNT)) != 0)
      sink_(change::other, path);
  }

  asio::posix::stream_descriptor queue_;
  change_sink sink_;
  std::map<int, place> places_;
  std::set<int> replaced_; ///< Watches of files that are no longer under their path.
};

namespace {

/// What may be missed without being able to watch: the renaming of a folder far above, which
/// ordinary users may not even look into.
bool is_needed(const std::set<std::string>& names) {
  return !names.empty();
}

/// Watches what stands on a way; an error when a part that matters cannot be watched.
template <class Queue>
result<void> watch_way(Queue& queue, const trail& way) {
  for (const auto& [folder, names] : way.folders) {
    const int code = queue.add(folder, names, own_fate | (names.empty() ? 0 : of_entries));
    if (code != 0 && code != ENOENT && code != ENOTDIR && (is_needed(names) || code == ENOSPC))
      return fail(errc::exhausted, explained(code, folder));
  }
  for (const auto& file : way.files) {
    if (const int code = queue.add(file, {}, own_fate | of_files); code == ENOSPC)
      return fail(errc::exhausted, explained(code, file));
  }
  return {};
}

} // namespace

result<watch> watch::begin(const asio::any_io_executor& executor,
  const std::vector<std::string>& paths,
  change_sink sink,
  inotify_maker make) {
  descriptor queue{make(IN_NONBLOCK | IN_CLOEXEC)};
  if (!queue.is_open())
    return fail(errc::exhausted, explained(errno, "files"));
  auto made = std::make_shared<running>(executor, queue.release(), std::move(sink));
  watch out{made};
  // What changes between finding the way and watching it makes the ways differ: once more, then.
  constexpr int most_tries = 8;
  trail before;
  for (int tries = 0; tries < most_tries; ++tries) {
    trail now;
    for (const auto& path : paths)
      add_way_to(path, now);
    if (tries > 0 && now == before)
      break;
    if (auto watched = watch_way(*made, now); !watched)
      return fail(std::move(watched.error()));
    before = std::move(now);
  }
  made->listen();
  return out;
}

watch::watch() = default;
watch::watch(std::shared_ptr<running> what) : what_(std::move(what)) {}
watch::watch(watch&&) noexcept = default;

watch& watch::operator=(watch&& other) noexcept {
  std::swap(what_, other.what_);
  return *this;
}

watch::~watch() {
  if (what_)
    what_->stop();
}

} // namespace copal::target_file
