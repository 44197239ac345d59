#include "adapters/target_file/host_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

namespace copal::target_file {
namespace {

bool is_relative_path(const value* source) {
  const auto* text = source == nullptr ? nullptr : source->as_text();
  return text != nullptr && text->starts_with('.');
}

bool is_relative_bind(const value& volume) {
  if (volume.as_map() == nullptr)
    return is_relative_path(&volume);
  const auto* type = volume.find("type");
  return type != nullptr && type->as_text() != nullptr && *type->as_text() == "bind";
}

bool has_relative_bind(const value& doc) {
  const auto* services = doc.find("services");
  if (services == nullptr || services->as_map() == nullptr)
    return false;
  return std::any_of(
    services->as_map()->begin(), services->as_map()->end(), [](const value_member& service) {
      const auto* volumes = service.val.find("volumes");
      const auto* items = volumes == nullptr ? nullptr : volumes->as_list();
      return items != nullptr && std::any_of(items->begin(), items->end(), is_relative_bind);
    });
}

std::optional<std::string> on_host(const std::string& path, const std::string& root) {
  const auto folder = std::filesystem::path{path}.parent_path();
  const auto below = folder.lexically_relative(root.empty() ? "/" : root);
  if (!folder.is_absolute() || below.empty() || *below.begin() == "..")
    return std::nullopt;
  return ("/" / below).lexically_normal().string();
}

} // namespace

void tell_folder(value& doc, const std::string& path, const std::string& root) {
  if (doc.as_map() == nullptr)
    return;
  std::erase_if(
    *doc.as_map(), [](const value_member& member) { return member.key == folder_member; });
  if (!has_relative_bind(doc))
    return;
  if (auto folder = on_host(path, root))
    doc.set(folder_member, value{*std::move(folder)});
}

} // namespace copal::target_file
