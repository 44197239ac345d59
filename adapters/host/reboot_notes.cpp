#include "adapters/host/reboot_notes.hpp"

#include "adapters/files/files.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace copal::host {

namespace {

/// A file of ours is far below it.
constexpr std::size_t largest_notes = 1024UL * 1024;

/// Begins a line that is no note of a container: no boot is called so.
constexpr const char* unkept_mark = "unkept";

/// "<boot> <container>", or "unkept <digest> <subject>"; a subject may hold blanks.
void read_line(const std::string& line, reboot_notes& out) {
  std::istringstream words{line};
  std::string first;
  std::string second;
  if (!(words >> first >> second))
    return;
  if (first != unkept_mark)
    return out.notes.push_back({std::move(first), {std::move(second)}});
  std::string subject;
  if (std::getline(words >> std::ws, subject) && !subject.empty())
    out.unkept.push_back({std::move(second), std::move(subject)});
}

template <class Item>
void keep_newest(std::vector<Item>& items) {
  if (items.size() > most_reboot_notes)
    items.erase(items.begin(), items.end() - most_reboot_notes);
}

std::string text_of(const reboot_notes& what) {
  std::string text;
  for (const auto& note : what.notes)
    text += note.boot + ' ' + note.container.value + '\n';
  for (const auto& one : what.unkept)
    text += std::string{unkept_mark} + ' ' + one.digest + ' ' + one.subject + '\n';
  return text;
}

} // namespace

reboot_notes read_reboot_notes(const std::filesystem::path& path) {
  reboot_notes out;
  const auto text = files::read(path, largest_notes);
  if (!text)
    return out;
  std::istringstream in{*text};
  for (std::string line; std::getline(in, line);)
    read_line(line, out);
  keep_newest(out.notes);
  keep_newest(out.unkept);
  return out;
}

result<void> add_reboot_note(const std::filesystem::path& path,
  const reboot_note& one,
  const std::map<std::string, std::string>& unkept) {
  auto known = read_reboot_notes(path);
  const auto before = text_of(known);
  if (std::find(known.notes.begin(), known.notes.end(), one) == known.notes.end())
    known.notes.push_back(one);
  for (const auto& [subject, digest] : unkept) {
    const auto same = [&subject = subject](const unkept_note& x) { return x.subject == subject; };
    std::erase_if(known.unkept, same);
    known.unkept.push_back({digest, subject});
  }
  keep_newest(known.notes);
  keep_newest(known.unkept);
  const auto text = text_of(known);
  if (text == before)
    return {};
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  return files::replace(path, text);
}

} // namespace copal::host
