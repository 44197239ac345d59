#include "adapters/target_file/claim.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::target_file {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unix_scheme = "unix://";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
         || c == '-';
}

/// What a lock file says of its holder.
struct holder {
  std::string process;
  std::string project;
  std::string source;
};

std::string line_of(std::string_view text, std::string_view key) {
  const auto at = text.starts_with(key) ? 0 : text.find('\n' + std::string{key});
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + key.size() + (at == 0 ? 0 : 1));
  return std::string{text.substr(0, text.find('\n'))};
}

holder read_holder(const descriptor& lock) {
  std::string text(4096, '\0');
  const auto got = ::pread(lock.get(), text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return {line_of(text, "pid "), line_of(text, "project "), line_of(text, "source ")};
}

void write_holder(const descriptor& lock, const claimant& who) {
  const auto text = "pid " + std::to_string(::getpid()) + "\nproject " + who.project + "\nsource "
                    + who.source + '\n';
  // For people only: the lock holds without it.
  if (::ftruncate(lock.get(), 0) == 0)
    static_cast<void>(::pwrite(lock.get(), text.data(), text.size(), 0) < 0);
}

error refusal(const claimant& who, const holder& by) {
  const auto same = !who.project.empty() && by.project == who.project;
  std::string what =
    "the engine " + who.engine + " is kept at " + (by.source.empty() ? "another file" : by.source);
  if (!by.project.empty())
    what += " (project " + by.project + ')';
  what += " by another copal";
  if (!by.process.empty())
    what += ", process " + by.process;
  what += same ? "; change that file, or end that process and start again with " + who.source
               : "; one engine follows one file: put the services into that file, end that "
                 "process, or give "
                   + who.source + " an engine of its own with DOCKER_HOST";
  return {errc::conflict, what};
}

} // namespace

std::string lock_name_of(const std::string& engine) {
  auto address = engine;
  if (engine.starts_with(unix_scheme)) {
    std::error_code failed;
    const auto path = fs::weakly_canonical(engine.substr(unix_scheme.size()), failed);
    if (!failed)
      address = std::string{unix_scheme} + path.string();
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "engine-";
  for (const char c : address) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, digits[byte >> 4U]).append(1, digits[byte & 0xfU]);
  }
  return out + ".lock";
}

result<engine_claim> engine_claim::take(const fs::path& runtime_folder, const claimant& who) {
  std::error_code failed;
  fs::create_directories(runtime_folder, failed);
  if (failed)
    return fail(errc::unavailable,
      "making the runtime folder " + runtime_folder.string() + ": " + failed.message()
        + "; choose one that this user may write");
  const auto path = (runtime_folder / lock_name_of(who.engine)).string();
  descriptor lock{
    ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644)};
  if (!lock.is_open()) {
    auto why = system_error_of(errno, "opening the lock " + path);
    return fail(why.code == errc::exhausted ? errc::exhausted : errc::unavailable, why.what);
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(errno == EWOULDBLOCK ? refusal(who, read_holder(lock))
                                     : system_error_of(errno, "locking " + path));
  write_holder(lock, who);
  return engine_claim{std::move(lock)};
}

} // namespace copal::target_file
