#include "adapters/target_file/service_files.hpp"

#include "adapters/yaml/characters.hpp"
#include "messages/model/base64.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace copal::target_file {
namespace {

using names = std::set<std::string, std::less<>>;

/// What a service says of one file: its name, or a map with it as `source`.
const std::string* source_of(const value& item) {
  const auto* source = item.as_map() == nullptr ? &item : item.find("source");
  return source == nullptr ? nullptr : source->as_text();
}

/// The names under `kind` that the services use.
names used_names(const value& doc, std::string_view kind) {
  names out;
  const auto* services = doc.find("services");
  if (services == nullptr || services->as_map() == nullptr)
    return out;
  for (const auto& [name, service] : *services->as_map()) {
    const auto* field = service.find(kind);
    if (field == nullptr || field->as_list() == nullptr)
      continue;
    for (const auto& item : *field->as_list()) {
      if (const auto* source = source_of(item))
        out.insert(*source);
    }
  }
  return out;
}

value content_of(const std::string& bytes) {
  const bool is_text = yaml::is_utf8(bytes) && bytes.find('\0') == std::string::npos;
  return is_text ? value{bytes} : value::map({{"x-base64", to_base64(bytes)}});
}

std::string most_text() {
  return std::to_string(most_secret_bytes) + " bytes";
}

class completer {
public:
  completer(const std::string& path, const yaml::variables& lookup, const file_reader& read)
    : folder_(std::filesystem::path{path}.parent_path()),
      lookup_(lookup),
      read_(read) {}

  /// `one` is "secret" or "config".
  result<void> complete(value& doc, std::string_view kind, std::string_view one) {
    const auto* found = doc.find(kind);
    if (found == nullptr || found->as_map() == nullptr)
      return {};
    const auto used = used_names(doc, kind);
    auto all = *found;
    for (auto& [name, definition] : *all.as_map()) {
      whose_ = std::string{one} + ' ' + name;
      line_ = definition.line();
      if (definition.as_map() == nullptr || !used.contains(name))
        continue;
      if (auto done = complete_one(definition, one == "config"); !done)
        return done;
    }
    doc.set(kind, std::move(all));
    return {};
  }

private:
  [[nodiscard]] error told(const value& where, errc code, const std::string& what) const {
    const auto line = where.line() > 0 ? where.line() : line_;
    return {code, (line > 0 ? "line " + std::to_string(line) + ": " : "") + whose_ + ": " + what};
  }

  result<void> complete_one(value& definition, bool may_hold_content) {
    const auto* file = definition.find("file");
    const auto* variable = definition.find("environment");
    const auto* content = definition.find("content");
    const auto* external = definition.find("external");
    const bool is_external =
      external != nullptr && (external->as_bool() == nullptr || *external->as_bool());
    if (is_external && !external->is_null())
      return {}; // refused with advice, with all else that is wrong
    if (content != nullptr && !may_hold_content)
      return fail(told(*content,
        errc::invalid_input,
        "content: a secret does not stand in the file itself; name a file with file, or a variable "
        "with environment"));
    if ((file != nullptr) + (variable != nullptr) + (content != nullptr) != 1)
      return fail(told(definition,
        errc::invalid_input,
        std::string{"expected one of file, environment"}
          + (may_hold_content ? " and content" : " (and only one)")));
    auto bytes = file != nullptr       ? read_file(*file)
                 : variable != nullptr ? read_variable(*variable)
                                       : read_content(*content);
    if (!bytes)
      return fail(std::move(bytes.error()));
    const auto& named = file != nullptr ? *file : variable != nullptr ? *variable : *content;
    if (auto counted = count(named, bytes->size()); !counted)
      return counted;
    auto whole = content_of(*bytes).at_line(named.line());
    std::erase_if(*definition.as_map(), [](const auto& member) {
      return member.key == "file" || member.key == "environment" || member.key == "content";
    });
    definition.set("content", std::move(whole));
    return {};
  }

  result<std::string> read_content(const value& content) const {
    if (const auto* text = content.as_text())
      return *text;
    return fail(told(content,
      errc::invalid_input,
      "content: found " + std::string{to_string(content.what())} + ", expected text"));
  }

  result<std::string> read_variable(const value& variable) const {
    const auto* name = variable.as_text();
    if (name == nullptr || name->empty())
      return fail(told(variable,
        errc::invalid_input,
        "environment: found " + std::string{to_string(variable.what())}
          + ", expected the name of a variable"));
    auto found = lookup_(*name);
    if (!found)
      return fail(told(variable,
        errc::invalid_input,
        "environment: the variable " + *name + " is not set; set it, or put it into .env"));
    return *std::move(found);
  }

  result<std::string> read_file(const value& file) const {
    const auto* path = file.as_text();
    if (path == nullptr || path->empty())
      return fail(told(file,
        errc::invalid_input,
        "file: found " + std::string{to_string(file.what())} + ", expected the path of a file"));
    const auto whole = (folder_ / *path).lexically_normal().string();
    auto text = read_ ? read_(whole) : fail(errc::not_found, whole + ": not read");
    if (!text && text.error().code == errc::not_found)
      return fail(told(file,
        errc::invalid_input, // `not_found` would be the compose file itself
        "file: " + whole + ": there is no such file; make it"));
    if (!text && text.error().code == errc::exhausted)
      return fail(
        told(file, errc::exhausted, "file: " + whole + ": expected at most " + most_text()));
    if (!text)
      return fail(told(file, text.error().code, "file: " + text.error().what));
    return text;
  }

  result<void> count(const value& named, std::size_t bytes) {
    if (bytes > most_secret_bytes)
      return fail(told(named,
        errc::exhausted,
        "found " + std::to_string(bytes) + " bytes, expected at most " + most_text()));
    total_ += bytes;
    if (total_ > most_bytes_of_all)
      return fail(told(named,
        errc::exhausted,
        "all secrets and configs up to here have " + std::to_string(total_)
          + " bytes, expected at most " + std::to_string(most_bytes_of_all)));
    return {};
  }

  std::filesystem::path folder_;
  const yaml::variables& lookup_;
  const file_reader& read_;
  std::string whose_; ///< "secret db"
  int line_ = 0;      ///< Of that.
  std::size_t total_ = 0;
};

} // namespace

result<void> complete_files(
  value& doc, const std::string& path, const yaml::variables& lookup, const file_reader& read) {
  completer all{path, lookup, read};
  if (auto done = all.complete(doc, "secrets", "secret"); !done)
    return done;
  return all.complete(doc, "configs", "config");
}

} // namespace copal::target_file
