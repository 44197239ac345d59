#include "actors/planning/normalise/v19_overrides.hpp"

#include "actors/planning/normalise/words.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace copal::planning {

namespace {

/// It puts a backslash before each `$`, so that its shell-like splitting expands nothing. Between
/// single quotes the backslash stays.
std::optional<std::vector<std::string>> words_of(const std::optional<node>& field) {
  const auto* text = field ? field->raw().as_text() : nullptr;
  if (text == nullptr)
    return std::nullopt;
  std::string escaped;
  for (const auto c : *text) {
    if (c == '$')
      escaped += '\\';
    escaped += c;
  }
  auto words = split_words(escaped);
  if (!words)
    return std::nullopt;
  return *std::move(words);
}

/// It looks for `startPeriod` only.
bool is_start_period_lost(const node& composition) {
  const auto check = composition.get("healthcheck");
  const auto* members = check ? check->raw().as_map() : nullptr;
  return members != nullptr && check->raw().find("start_period") != nullptr
         && check->raw().find("startPeriod") == nullptr;
}

/// Fields that it drops and we do not, as far as `is_as_v19_reads` knows what it makes without
/// them.
bool is_part_lost(const node& composition) {
  constexpr std::string_view dropped[] = {
    "cgroup", "deploy", "gpus", "memswap_limit", "runtime", "stdin_open", "uts"};
  return std::any_of(std::begin(dropped), std::end(dropped), [&](std::string_view field) {
    return composition.get(field).has_value();
  });
}

} // namespace

std::optional<image_overrides> read_as_v19(const node& composition, const image_overrides& ours) {
  if (composition.strict())
    return std::nullopt;
  auto theirs = ours;
  if (auto words = words_of(composition.get("command")))
    theirs.command = std::move(words);
  if (auto words = words_of(composition.get("entrypoint")))
    theirs.entrypoint = std::move(words);
  if (theirs.healthcheck && is_start_period_lost(composition))
    theirs.healthcheck->start_period = {};
  return theirs == ours && !is_part_lost(composition) ? std::nullopt
                                                      : std::optional{std::move(theirs)};
}

} // namespace copal::planning
