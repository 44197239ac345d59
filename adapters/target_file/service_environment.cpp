#include "adapters/target_file/service_environment.hpp"

#include "adapters/yaml/env_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace copal::target_file {
namespace {

/// A file that a service names.
struct named_file {
  std::string path;
  bool required = true;
};

class completer {
public:
  completer(const std::string& path,
    const yaml::variables& lookup,
    const file_reader& read,
    std::vector<std::string>& warnings)
    : folder_(std::filesystem::path{path}.parent_path()),
      lookup_(lookup),
      read_(read),
      warnings_(warnings) {}

  result<void> complete(const std::string& name, value& service) {
    name_ = name;
    environment from_files;
    if (const auto* field = service.find("env_file"); field != nullptr) {
      line_ = field->line();
      if (auto read = read_files(*field, from_files); !read)
        return read;
      std::erase_if(*service.as_map(), [](const auto& member) { return member.key == "env_file"; });
    }
    const auto* own = service.find("environment");
    if (own == nullptr && from_files.empty())
      return {};
    auto whole = own == nullptr ? value::map({}) : *own;
    whole.at_line(own == nullptr ? line_ : own->line());
    if (whole.is_null() && !from_files.empty())
      whole = value::map({});
    if (whole.as_map() != nullptr)
      complete_map(whole, from_files);
    else if (whole.as_list() != nullptr)
      complete_list(whole, from_files);
    service.set("environment", std::move(whole));
    return {};
  }

private:
  [[nodiscard]] error told(const value& where, errc code, const std::string& what) const {
    const auto line = where.line() > 0 ? where.line() : line_;
    return {code,
      (line > 0 ? "line " + std::to_string(line) + ": " : "") + "service " + name_
        + ": env_file: " + what};
  }

  result<void> read_files(const value& field, environment& out) {
    if (field.is_null())
      return {};
    const auto* items = field.as_list();
    const value::list_type alone{field};
    for (const auto& item : items == nullptr ? alone : *items) {
      auto file = read_entry(item);
      if (!file)
        return fail(std::move(file.error()));
      if (auto read = read_file(item, *file, out); !read)
        return read;
    }
    return {};
  }

  result<named_file> read_entry(const value& item) {
    named_file out;
    const auto* path = item.as_text();
    if (const auto* members = item.as_map()) {
      path = nullptr;
      for (const auto& [key, val] : *members) {
        const auto* flag = val.as_bool();
        if (key == "path")
          path = val.as_text();
        else if (key == "required" && flag != nullptr)
          out.required = *flag;
        else if (!key.starts_with("x-"))
          return fail(told(val,
            errc::invalid_input,
            "found " + key + ", expected path, and required: true or false"));
      }
    }
    if (path == nullptr || path->empty())
      return fail(told(item,
        errc::invalid_input,
        "found " + std::string{to_string(item.what())}
          + ", expected the path of a file, or a map with path and required"));
    out.path = (folder_ / *path).lexically_normal().string();
    return out;
  }

  result<void> read_file(const value& item, const named_file& file, environment& out) {
    if (++files_ > most_env_files)
      return fail(told(item,
        errc::exhausted,
        "more than " + std::to_string(most_env_files)
          + " files with variables in one compose file"));
    const auto text = read_ ? read_(file.path) : fail(errc::not_found, file.path + ": not read");
    if (!text && text.error().code == errc::not_found && !file.required)
      return {};
    if (!text && text.error().code == errc::not_found)
      return fail(told(item,
        errc::invalid_input, // `not_found` would be the compose file itself
        file.path + ": there is no such file; make it, or say required: false"));
    if (!text)
      return fail(told(item, text.error().code, text.error().what));
    auto found = yaml::parse_env(*text, file.path, lookup_);
    if (!found)
      return fail(told(item, found.error().code, found.error().what));
    for (auto& [name, secret_text] : *found)
      out.insert_or_assign(name, std::move(secret_text));
    return {};
  }

  /// The value of a variable that has none in the compose file; warns when nobody has one.
  std::optional<std::string> from_outside(
    const std::string& variable, int line, const environment& files) {
    auto found = lookup_(variable);
    if (!found && !files.contains(variable))
      warnings_.push_back((line > 0 ? "line " + std::to_string(line) + ": " : "") + "service "
                          + name_ + ": environment: the variable " + variable
                          + " is not set; the service does not get it");
    return found;
  }

  void complete_map(value& whole, const environment& files) {
    value::map_type out;
    std::set<std::string, std::less<>> said;
    for (auto& member : *whole.as_map()) {
      if (member.val.is_null()) {
        auto found = from_outside(member.key, member.val.line(), files);
        if (!found)
          continue;
        member.val = value{*std::move(found)}.at_line(member.val.line());
      }
      said.insert(member.key);
      out.push_back(std::move(member));
    }
    for (const auto& [name, text] : files) {
      if (!said.contains(name))
        out.push_back({name, value{text.reveal()}.at_line(line_)});
    }
    *whole.as_map() = std::move(out);
  }

  void complete_list(value& whole, const environment& files) {
    value::list_type out;
    std::set<std::string, std::less<>> said;
    for (auto& item : *whole.as_list()) {
      const auto* text = item.as_text();
      if (text != nullptr && !text->empty() && text->find('=') == std::string::npos) {
        const auto name = *text;
        auto found = from_outside(name, item.line(), files);
        if (!found)
          continue;
        item = value{name + '=' + *found}.at_line(item.line());
        text = item.as_text();
      }
      if (text != nullptr)
        said.insert(text->substr(0, text->find('=')));
      out.push_back(std::move(item));
    }
    for (const auto& [name, text] : files) {
      if (!said.contains(name))
        out.push_back(value{name + '=' + text.reveal()}.at_line(line_));
    }
    *whole.as_list() = std::move(out);
  }

  std::filesystem::path folder_;
  const yaml::variables& lookup_;
  const file_reader& read_;
  std::vector<std::string>& warnings_;
  std::string name_; ///< Of the service at hand.
  int line_ = 0;     ///< Of its `env_file`.
  std::size_t files_ = 0;
};

} // namespace

result<void> complete_environments(value& doc,
  const std::string& path,
  const yaml::variables& lookup,
  const file_reader& read,
  std::vector<std::string>& warnings) {
  const auto* found = doc.find("services");
  if (found == nullptr || found->as_map() == nullptr)
    return {};
  auto services = *found;
  completer all{path, lookup, read, warnings};
  for (auto& [name, service] : *services.as_map()) {
    if (service.as_map() == nullptr)
      continue;
    if (auto done = all.complete(name, service); !done)
      return done;
  }
  services.at_line(found->line());
  doc.set("services", std::move(services));
  return {};
}

} // namespace copal::target_file
