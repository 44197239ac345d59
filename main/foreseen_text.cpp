#include "main/foreseen_text.hpp"

#include "actors/planning/plan/image_space.hpp"
#include "main/one_line.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace copal {

namespace {

using planning::field_difference;
using planning::foreseen_step;
using planning::outage;

std::string count_of(std::size_t n, const std::string& what) {
  return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

std::string quoted_if_empty(const std::string& text) {
  return text.empty() ? "\"\"" : one_line(text);
}

std::string app_text(const foreseen& what, app_id app) {
  for (const auto& one : what.target.apps) {
    if (one.id == app && !one.name.empty())
      return one.name;
  }
  return to_string(app);
}

bool is_fetch(const foreseen_step& one) {
  return std::holds_alternative<fetch_image>(one.what.action);
}

std::vector<std::string> images_to_fetch(const foreseen& what) {
  std::vector<std::string> out;
  for (const auto& one : what.ahead.steps) {
    const auto* fetch = std::get_if<fetch_image>(&one.what.action);
    if (fetch != nullptr && std::find(out.begin(), out.end(), fetch->row.name) == out.end())
      out.push_back(fetch->row.name);
  }
  return out;
}

std::string change_text(const field_difference& change) {
  const auto name = "     " + one_line(change.field) + ": ";
  if (change.current == "hidden" && change.target == "hidden")
    return name + "differs; its values are not shown\n";
  return name + quoted_if_empty(change.current) + " -> " + quoted_if_empty(change.target) + '\n';
}

std::string step_text(const foreseen& what, std::size_t number) {
  const auto& one = what.ahead.steps[number - 1];
  auto out = std::to_string(number) + ". " + one_line(to_string(one.what));
  if (is_fetch(one))
    out += one.bytes ? "; " + planning::bytes_text(*one.bytes) : "; its size is not known";
  out += '\n';
  for (const auto& change : one.changes)
    out += change_text(change);
  if (one.more_changes > 0)
    out += "     and " + count_of(one.more_changes, "more field") + '\n';
  for (const auto& gap : what.ahead.outages) {
    const auto name =
      "     " + one_line(gap.service.value) + " (app " + one_line(app_text(what, gap.app)) + ')';
    if (gap.from == number)
      out += name + (gap.to ? " is down from here\n" : " runs no more from here\n");
    if (gap.to == number)
      out += name + " is up again\n";
  }
  return out;
}

/// Of all images together, which an odd registry may make more than a number holds; nothing when
/// one of them is not known.
std::optional<std::int64_t> bytes_to_fetch(const foreseen& what) {
  std::int64_t out = 0;
  std::set<std::string> counted;
  for (const auto& one : what.ahead.steps) {
    const auto* fetch = std::get_if<fetch_image>(&one.what.action);
    if (fetch == nullptr || !counted.insert(fetch->row.name).second)
      continue;
    if (!one.bytes)
      return std::nullopt;
    out = planning::sum_bytes(out, *one.bytes);
  }
  return out;
}

std::string fetches_text(const foreseen& what) {
  const auto images = images_to_fetch(what).size();
  if (images == 0)
    return "Nothing is to be fetched.\n";
  const auto bytes = bytes_to_fetch(what);
  return "To fetch: " + count_of(images, "image") + ", "
         + (bytes ? planning::bytes_text(*bytes) : "size not known") + ".\n";
}

/// "1.5 s"
std::string seconds_text(std::chrono::milliseconds time) {
  const auto tenths = (time.count() + 50) / 100;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

std::string outages_text(const foreseen& what) {
  std::string out;
  for (const auto& gap : what.ahead.outages) {
    if (!gap.to)
      continue;
    out += (out.empty() ? "Down meanwhile: " : ", ") + one_line(gap.service.value) + " (step "
           + std::to_string(gap.from) + " to " + std::to_string(*gap.to)
           + (gap.last ? "; the last time for " + seconds_text(*gap.last) : "") + ')';
  }
  return out.empty() ? "No service is down meanwhile that is to run afterwards.\n" : out + ".\n";
}

std::string end_text(const planning::foresight& ahead) {
  if (ahead.reached)
    return "Then the device is at its target.\n";
  if (!ahead.ends)
    return "This goes on: the target is not reached after " + std::to_string(planning::most_rounds)
           + " rounds.\n";
  auto out = ahead.steps.empty() ? std::string{"Nothing can be done now; it waits for:\n"}
                                 : std::string{"Then it waits for:\n"};
  for (const auto& one : ahead.waits)
    out += "  " + to_string(one.why) + ": " + one_line(one.text) + '\n';
  return out;
}

std::string rejections_text(const foreseen& what) {
  std::string out;
  for (const auto& app : what.target.apps) {
    if (app.rejected)
      out += "App " + one_line(app_text(what, app.id))
             + " is left as it is: its release cannot run here: " + one_line(app.rejected->why)
             + '\n';
  }
  return out;
}

value text_list(const std::vector<std::string>& items) {
  value::list_type out;
  for (const auto& item : items)
    out.emplace_back(item);
  return out;
}

value number(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

value number_or_null(const std::optional<std::int64_t>& n) {
  return n ? value{*n} : value{};
}

value step_json(const foreseen_step& one, std::size_t at) {
  value::list_type changes;
  for (const auto& change : one.changes)
    changes.push_back(value::map(
      {{"field", change.field}, {"current", change.current}, {"target", change.target}}));
  auto out = value::map({{"step", number(at)},
    {"round", one.round},
    {"action", std::string{name_of(one.what.action)}},
    {"appId", one.what.app.value},
    {"subject", subject_of(one.what)},
    {"text", to_string(one.what)},
    {"reason", one.what.reason},
    {"changes", std::move(changes)},
    {"moreChanges", number(one.more_changes)}});
  // Null: not known. Only a fetch brings anything.
  out.set("bytesToFetch", is_fetch(one) ? number_or_null(one.bytes) : value{0});
  return out;
}

value outages_json(const foreseen& what) {
  value::list_type out;
  for (const auto& gap : what.ahead.outages)
    out.push_back(value::map({{"appId", gap.app.value},
      {"serviceName", gap.service.value},
      {"fromStep", number(gap.from)},
      {"toStep", gap.to ? number(*gap.to) : value{}},
      {"lastTimeMs", gap.last ? value{std::int64_t{gap.last->count()}} : value{}}}));
  return out;
}

value waits_json(const foreseen& what) {
  value::list_type out;
  for (const auto& one : what.ahead.waits)
    out.push_back(value::map({{"kind", to_string(one.why)},
      {"appId", one.app.value},
      {"subject", one.subject},
      {"text", one.text}}));
  return out;
}

value rejections_json(const foreseen& what) {
  value::list_type out;
  for (const auto& app : what.target.apps) {
    if (app.rejected)
      out.push_back(value::map({{"appId", app.id.value}, {"reason", app.rejected->why}}));
  }
  return out;
}

} // namespace

bool is_at_target(const foreseen& what) {
  return what.ahead.reached && what.ahead.steps.empty();
}

std::string foreseen_text(const foreseen& what) {
  std::string out;
  if (is_at_target(what)) {
    out = "Nothing to do: the device is at this target.\n";
  } else {
    for (std::size_t number = 1; number <= what.ahead.steps.size(); ++number)
      out += step_text(what, number);
    out += end_text(what.ahead);
    out += fetches_text(what);
    if (!what.ahead.steps.empty())
      out += outages_text(what);
  }
  out += rejections_text(what);
  for (const auto& warning : what.warnings)
    out += "warning: " + one_line(warning) + '\n';
  return out;
}

value foreseen_json(const foreseen& what) {
  value::list_type steps;
  for (const auto& one : what.ahead.steps)
    steps.push_back(step_json(one, steps.size() + 1));
  const auto images = images_to_fetch(what);
  return value::map({{"atTarget", is_at_target(what)},
    {"reached", what.ahead.reached},
    {"steps", std::move(steps)},
    {"imagesToFetch", text_list(images)},
    {"bytesToFetch", number_or_null(bytes_to_fetch(what))},
    {"outages", outages_json(what)},
    {"waits", waits_json(what)},
    {"rejected", rejections_json(what)},
    {"warnings", text_list(what.warnings)}});
}

} // namespace copal
