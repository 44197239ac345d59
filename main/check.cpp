#include "main/check.hpp"

#include "actors/planning/normalise/normalise.hpp"
#include "adapters/target_file/target_file.hpp"
#include "main/settings.hpp"

#include <iostream>

namespace copal {

namespace {

int refuse(const std::string& why) {
  std::cerr << "copal: " << why << '\n';
  return 1;
}

std::string text_of(const std::string& name) {
  return name;
}

std::string text_of(const service_name& name) {
  return name.value;
}

template <class Items>
std::string names_of(const Items& items) {
  std::string out;
  for (const auto& item : items)
    out += (out.empty() ? "" : ", ") + text_of(item.name);
  return out.empty() ? "none" : out;
}

void print(const target_app& app) {
  std::cout << "project: " << app.name << "\napp id: " << to_string(app.id)
            << "\napp uuid: " << app.uuid.value << '\n';
  if (!app.release)
    return;
  std::cout << "commit: " << app.release->commit.value
            << "\nservices: " << names_of(app.release->services)
            << "\nnetworks: " << names_of(app.release->networks)
            << "\nvolumes: " << names_of(app.release->volumes) << '\n';
}

} // namespace

int check(const check_options& options) {
  target_file_config file;
  file.path = options.compose;
  file.project = options.project_name;
  file.variables = compose_variables();
  const auto found = target_file::read_once(file);
  if (!found.doc)
    return refuse(found.why ? found.why->what : options.compose.string() + ": it cannot be read");
  const auto target = planning::normalise_target(*found.doc, {});
  if (!target)
    return refuse(target.error().what);
  for (const auto& app : target->target.apps)
    print(app);
  for (const auto& warning : found.warnings)
    std::cerr << "warning: " << warning << '\n';
  for (const auto& warning : target->warnings)
    std::cerr << "warning: " << warning << '\n';
  return 0;
}

} // namespace copal
