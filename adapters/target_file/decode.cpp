#include "adapters/target_file/decode.hpp"

#include "adapters/json/json.hpp"
#include "adapters/target_file/host_folder.hpp"
#include "adapters/target_file/profiles.hpp"
#include "adapters/target_file/project.hpp"
#include "adapters/target_file/service_files.hpp"
#include "adapters/yaml/env_file.hpp"
#include "adapters/yaml/yaml.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace copal::target_file {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view project_variable = "COMPOSE_PROJECT_NAME";

/// Takes a label and its number from the front: "line 12".
std::string_view take_number(std::string_view& text, std::string_view label) {
  if (!text.starts_with(label))
    return {};
  const auto number = text.substr(label.size());
  const auto length = std::min(number.find_first_not_of(digits), number.size());
  if (length > 0)
    text = number.substr(length);
  return number.substr(0, length);
}

/// "line 3: ..." and "line 3, column 4: ..." become "<path>:3: ..." and "<path>:3:4: ...".
std::string placed(const std::string& path, std::string_view text) {
  std::string where = path;
  for (const std::string_view label : {"line ", ", column "}) {
    if (const auto number = take_number(text, label); !number.empty())
      where.append(":").append(number);
  }
  return where + (text.starts_with(": ") ? "" : ": ") + std::string{text};
}

error placed(const std::string& path, const error& why) {
  return {why.code, placed(path, why.what)};
}

result<environment> read_env(
  const origin& from, const std::optional<std::string>& text, const yaml::variables& outer) {
  if (!text)
    return {};
  return yaml::parse_env(*text, env_path_of(from.path), outer);
}

std::string_view folder_name(std::string_view path) {
  path = path.substr(0, path.rfind('/'));
  return path.substr(path.rfind('/') + 1);
}

error bad_name(const std::string& whose, const std::string& name) {
  return {errc::invalid_input,
    whose + ": found \"" + name
      + "\", expected a project name: lower-case letters, digits, '_' and '-', a letter or digit "
        "first"};
}

/// The name that the file itself gives; empty when it gives none. One that is no name is left in
/// the document for `normalise` to refuse with its place.
result<std::string> name_in_file(
  const origin& from, const value& doc, const yaml::variables& lookup) {
  const auto* name = doc.find("name");
  if (name == nullptr)
    return std::string{};
  if (const auto* number = name->as_integer())
    return std::to_string(*number);
  auto read = yaml::interpolate(*name, lookup);
  if (!read)
    return fail(placed(from.path, read.error()));
  const auto* text = read->doc.as_text();
  return text == nullptr ? std::string{} : *text;
}

result<std::string> project_of(
  const origin& from, const value& doc, const yaml::variables& lookup) {
  if (!from.project.empty()) {
    if (!is_project_name(from.project))
      return fail(bad_name("the project name given for " + from.path, from.project));
    return from.project;
  }
  if (auto name = name_in_file(from, doc, lookup); !name || !name->empty())
    return name;
  if (auto name = lookup(project_variable); name && !name->empty()) {
    if (!is_project_name(*name))
      return fail(bad_name(std::string{project_variable} + " for " + from.path, *name));
    return *std::move(name);
  }
  auto name = project_name_of(folder_name(from.path));
  if (name.empty())
    return fail(errc::invalid_input,
      from.path
        + ": its folder's name gives no project name; add name: <project> at the top of "
          "the file");
  return name;
}

result<decoded> decode_compose(const origin& from,
  const std::string& text,
  const std::optional<std::string>& env_text,
  const file_reader& read) {
  const auto outer = [&from](std::string_view name) {
    return from.variables ? from.variables(name) : std::nullopt;
  };
  auto env = read_env(from, env_text, outer);
  if (!env)
    return fail(std::move(env.error()));
  auto doc = yaml::parse(text, from.path);
  if (!doc)
    return fail(std::move(doc.error()));
  if (doc->is_null())
    return fail(errc::invalid_input,
      from.path + ": the file is empty; write \"services: {}\" to have nothing run");
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    if (auto set = outer(name))
      return set;
    const auto it = env->find(std::string{name});
    return it == env->end() ? std::nullopt : std::optional{it->second.reveal()};
  };
  auto project = project_of(from, *doc, lookup);
  if (!project)
    return fail(std::move(project.error()));
  // Compose sets it for the file's own use, whatever the name came from.
  auto whole = yaml::interpolate(*std::move(doc), [&](std::string_view name) {
    return name == project_variable ? std::optional{*project} : lookup(name);
  });
  if (!whole)
    return fail(placed(from.path, whole.error()));
  if (auto done = choose_services(whole->doc, lookup(profiles_variable).value_or("")); !done)
    return fail(placed(from.path, done.error()));
  auto& warnings = whole->warnings;
  if (auto done = complete_environments(whole->doc, from.path, lookup, read, warnings); !done)
    return fail(placed(from.path, done.error()));
  if (auto done = complete_files(whole->doc, from.path, lookup, read); !done)
    return fail(placed(from.path, done.error()));
  tell_folder(whole->doc, from.path, from.root);
  decoded out;
  for (const auto& warning : warnings)
    out.warnings.push_back(placed(from.path, warning));
  const auto* named = whole->doc.find("name");
  const bool is_readable = named == nullptr || named->is_null() || named->as_text() != nullptr
                           || named->as_integer() != nullptr;
  if (is_readable)
    whole->doc.set("name", value{*project}.at_line(named == nullptr ? 0 : named->line()));
  out.project = *std::move(project);
  out.doc = {dialect::compose, from.path, std::move(whole->doc)};
  return out;
}

/// What supervisors 7 to 12 were sent, or found on a disk. A document of version 3 has a device's
/// uuid for its only key, which is none of these words.
bool is_version_2(const value& doc) {
  const auto* local = doc.find("local");
  const auto* apps = doc.find("apps");
  return (local != nullptr && local->is(value::kind::map))
         || (apps != nullptr && apps->is(value::kind::map) && doc.find("config") != nullptr);
}

result<decoded> decode_cloud(const origin& from, const std::string& text) {
  auto doc = json::parse(text);
  if (!doc)
    return fail(placed(from.path, doc.error()));
  const auto form = is_version_2(*doc) ? dialect::cloud_v2 : dialect::cloud_v3;
  return decoded{{form, from.path, *std::move(doc)}, {}, {}};
}

} // namespace

std::string env_path_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1) + ".env";
}

result<decoded> decode(const origin& from,
  const std::string& text,
  const std::optional<std::string>& env,
  const file_reader& read) {
  return from.form == dialect::compose ? decode_compose(from, text, env, read)
                                       : decode_cloud(from, text);
}

} // namespace copal::target_file
