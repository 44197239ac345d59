#include "main/explained_text.hpp"

#include <string_view>

namespace copal {

namespace {

std::string text_in(const value& of, std::string_view field) {
  const auto* found = of.find(field);
  const auto* text = found == nullptr ? nullptr : found->as_text();
  return text == nullptr ? std::string{} : *text;
}

const value::list_type& list_in(const value& of, std::string_view field) {
  static const value::list_type none;
  const auto* found = of.find(field);
  const auto* items = found == nullptr ? nullptr : found->as_list();
  return items == nullptr ? none : *items;
}

bool is_true(const value& of, std::string_view field) {
  const auto* found = of.find(field);
  return found != nullptr && *found == value{true};
}

std::string tries_text(const value& service) {
  const auto* found = service.find("tries");
  const auto* count = found == nullptr ? nullptr : found->as_integer();
  if (count == nullptr)
    return {};
  auto out = "  failed " + std::to_string(*count) + (*count == 1 ? " time" : " times");
  if (const auto next = text_in(service, "nextTry"); !next.empty())
    out += ", next try at " + next;
  out += '\n';
  for (const auto& one : list_in(service, "attempts"))
    out += "    " + text_in(one, "at") + "  " + text_in(one, "error") + '\n';
  return out;
}

/// Of an update lock: who has it, and since when.
std::string lock_text(const value& lock) {
  const auto* id = lock.find("appId");
  const auto* app = id == nullptr ? nullptr : id->as_integer();
  auto out = "lock of app " + (app == nullptr ? std::string{} : std::to_string(*app)) + ": ";
  if (text_in(lock, "holder") == "supervisor")
    out += "held for an update";
  else
    out += text_in(lock, "serviceName") + " holds " + text_in(lock, "path");
  if (const auto since = text_in(lock, "since"); !since.empty())
    out += " since " + since;
  return out + '\n';
}

std::string service_text(const value& service) {
  const auto name = text_in(service, "serviceName");
  const auto app = text_in(service, "appName");
  auto out = name.empty() ? "app " + app : name + (app.empty() ? "" : " (app " + app + ")");
  out += ": " + text_in(service, "differs") + '\n';
  const auto kind = text_in(service, "waitsFor");
  const auto reason = text_in(service, "reason");
  out += "  waits for: " + kind + (reason.empty() ? "" : ": " + reason) + '\n';
  return out + tries_text(service);
}

} // namespace

std::string explained_text(const value& answer) {
  std::string out;
  if (const auto problem = text_in(answer, "problem"); !problem.empty())
    out += "The newest target is not followed: " + problem + '\n';
  for (const auto& service : list_in(answer, "services"))
    out += service_text(service);
  for (const auto& lock : list_in(answer, "locks"))
    out += lock_text(lock);
  if (is_at_target(answer))
    out += "The device is at its target.\n";
  else if (list_in(answer, "services").empty())
    out += "All services are as the target wants them; networks, volumes or images are not yet.\n";
  for (const auto& trouble : list_in(answer, "troubles"))
    out += "trouble: " + text_in(trouble, "serviceName") + ": " + text_in(trouble, "told") + '\n';
  for (const auto& warning : list_in(answer, "warnings")) {
    if (const auto* text = warning.as_text())
      out += "warning: " + *text + '\n';
  }
  return out;
}

bool is_at_target(const value& answer) {
  return is_true(answer, "settled") && list_in(answer, "services").empty();
}

} // namespace copal
