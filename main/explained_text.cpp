#include "main/explained_text.hpp"

#include "actors/planning/plan/image_space.hpp"
#include "main/one_line.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace copal {

namespace {

/// Of one text; a reason may name several things.
constexpr std::size_t longest_text = 2000;

/// A text as part of a line; what engines, registries and files say goes into it.
std::string text_in(const value& of, std::string_view field) {
  const auto* found = of.find(field);
  const auto* text = found == nullptr ? nullptr : found->as_text();
  return text == nullptr ? std::string{} : one_line(*text, longest_text);
}

/// The same of a text that may have several lines: further ones are indented.
std::string lines_in(const value& of, std::string_view field) {
  const auto* found = of.find(field);
  const auto* text = found == nullptr ? nullptr : found->as_text();
  std::string out;
  std::string_view rest = text == nullptr ? std::string_view{} : *text;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    out += (out.empty() ? "" : "\n  ") + one_line(line, longest_text);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return out;
}

const std::int64_t* number_in(const value& of, std::string_view field) {
  const auto* found = of.find(field);
  return found == nullptr ? nullptr : found->as_integer();
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
  const auto* count = number_in(service, "tries");
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
  const auto* app = number_in(lock, "appId");
  auto out = "lock of app " + (app == nullptr ? std::string{} : std::to_string(*app)) + ": ";
  if (text_in(lock, "holder") == "supervisor")
    out += "held for an update";
  else
    out += text_in(lock, "serviceName") + " holds " + text_in(lock, "path");
  if (const auto since = text_in(lock, "since"); !since.empty())
    out += " since " + since;
  return out + '\n';
}

/// "back-off: fetch failed"
std::string reason_text(const value& of) {
  const auto reason = text_in(of, "reason");
  return text_in(of, "waitsFor") + (reason.empty() ? "" : ": " + reason) + '\n';
}

std::string bytes_text(const value& of) {
  const auto* bytes = number_in(of, "bytesToFetch");
  return bytes == nullptr ? std::string{} : "  to fetch: " + planning::bytes_text(*bytes) + '\n';
}

std::string service_text(const value& service) {
  const auto name = text_in(service, "serviceName");
  const auto app = text_in(service, "appName");
  auto out = name.empty() ? "app " + app : name + (app.empty() ? "" : " (app " + app + ")");
  out += ": " + text_in(service, "differs") + '\n';
  out += "  waits for: " + reason_text(service);
  return out + bytes_text(service) + tries_text(service);
}

/// What is told of no service.
std::string other_text(const value& other) {
  const auto* id = number_in(other, "appId");
  const auto name = text_in(other, "appName");
  const auto app = name.empty() && id != nullptr ? std::to_string(*id) : name;
  return (id == nullptr ? "the device" : "app " + app) + " waits for: " + reason_text(other)
         + bytes_text(other) + tries_text(other);
}

std::string warnings_text(const value& of) {
  std::string out;
  for (const auto& warning : list_in(of, "warnings")) {
    if (const auto* text = warning.as_text())
      out += "warning: " + one_line(*text, longest_text) + '\n';
  }
  return out;
}

/// One of them is named.
bool names_a_reason(const value& answer) {
  return !list_in(answer, "services").empty() || !list_in(answer, "others").empty()
         || !text_in(answer, "problem").empty();
}

} // namespace

std::string explained_text(const value& answer) {
  std::string out;
  if (const auto problem = lines_in(answer, "problem"); !problem.empty())
    out += "The newest target is not followed: " + problem + '\n';
  for (const auto& service : list_in(answer, "services"))
    out += service_text(service);
  for (const auto& other : list_in(answer, "others"))
    out += other_text(other);
  for (const auto& lock : list_in(answer, "locks"))
    out += lock_text(lock);
  if (is_at_target(answer))
    out += "The device is at its target.\n";
  else if (!names_a_reason(answer))
    out += "The device is not at its target, and what it waits for is not known.\n";
  for (const auto& trouble : list_in(answer, "troubles"))
    out += "trouble: " + text_in(trouble, "serviceName") + ": " + text_in(trouble, "told") + '\n';
  out += warnings_text(answer);
  if (const auto* source = answer.find("source"))
    out += warnings_text(*source);
  return out;
}

bool is_at_target(const value& answer) {
  return is_true(answer, "settled") && list_in(answer, "services").empty()
         && list_in(answer, "others").empty();
}

} // namespace copal
