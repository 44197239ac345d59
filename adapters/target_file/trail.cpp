#include "adapters/target_file/trail.hpp"

#include <climits>
#include <deque>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace copal::target_file {
namespace {

constexpr int most_links = 40; // as the kernel

void put_in_front(std::deque<std::string>& parts, std::string_view path) {
  std::deque<std::string> added;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0)
      added.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  parts.insert(parts.begin(), added.begin(), added.end());
}

std::string beneath(const std::string& folder, const std::string& name) {
  return folder == "/" ? folder + name : folder + '/' + name;
}

std::string above(const std::string& folder) {
  const auto slash = folder.rfind('/');
  return slash == 0 ? "/" : folder.substr(0, slash);
}

std::string target_of(const std::string& link) {
  char buffer[PATH_MAX];
  const auto length = ::readlink(link.c_str(), buffer, sizeof buffer);
  return length < 0 ? std::string{} : std::string{buffer, static_cast<std::size_t>(length)};
}

} // namespace

void add_way_to(const std::string& path, trail& out) {
  std::deque<std::string> parts;
  put_in_front(parts, path);
  std::string folder = "/";
  out.folders[folder];
  for (int links = 0; !parts.empty() && links <= most_links;) {
    const auto name = parts.front();
    parts.pop_front();
    if (name == ".")
      continue;
    if (name == "..") {
      folder = above(folder);
      continue;
    }
    const auto here = beneath(folder, name);
    struct stat found {};
    const bool there = ::lstat(here.c_str(), &found) == 0;
    if (there && S_ISDIR(found.st_mode) && !parts.empty()) {
      folder = here;
      out.folders[folder];
      continue;
    }
    out.folders[folder].insert(name);
    if (there && S_ISREG(found.st_mode) && parts.empty())
      out.files.insert(here);
    if (!there || !S_ISLNK(found.st_mode))
      return;
    ++links;
    const auto target = target_of(here);
    if (target.starts_with('/'))
      folder = "/";
    put_in_front(parts, target);
  }
}

} // namespace copal::target_file
