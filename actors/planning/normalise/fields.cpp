#include "actors/planning/normalise/fields.hpp"

#include "actors/planning/normalise/quantities.hpp"
#include "actors/planning/normalise/words.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace copal::planning {

namespace {

/// The whole text as a number.
template <class T>
std::optional<T> parse_number(const std::string& text) {
  T number{};
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return number;
}

std::string trimmed_lower(std::string text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
  text.erase(text.find_last_not_of(blanks) + 1);
  for (char& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// An IPv6 address, which may stand in brackets.
std::string without_brackets(std::string text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    return text.substr(1, text.size() - 2);
  return text;
}

/// What cannot be read has a default by the contract; a compose file's author can still mend it.
void default_or_refuse(const node& n, std::string_view expected, std::string_view used) {
  if (n.strict())
    n.refuse(expected);
  else
    n.warn("not " + std::string{expected} + ": " + std::string{used} + " is used");
}

/// Of a health check. Zero is as good as none; engines refuse what is less than a millisecond.
/// Source: moby 20.10, daemon/container.go, `validateHealthCheck`.
std::chrono::nanoseconds read_check_time(const node& check, std::string_view key) {
  constexpr std::chrono::milliseconds least{1};
  const auto field = check.get(key);
  const auto time = field ? read_duration(*field) : std::chrono::nanoseconds{};
  if (time.count() == 0 || time >= least)
    return time;
  // What v19 never sent does not keep the cloud's service from starting.
  if (key == "start_period" || key == "start_interval")
    field->unsupported("engines refuse less than 1ms", "give it 1ms or more");
  else
    field->refuse("1ms or more, or 0s for the default");
  return {};
}

} // namespace

std::vector<std::string> read_texts(const node& n) {
  std::vector<std::string> out;
  for (const auto& item : n.items_or_self())
    out.push_back(item.text());
  return out;
}

std::vector<std::string> read_words(const node& n) {
  if (n.is(value::kind::list))
    return read_texts(n);
  if (!n.is(value::kind::text)) {
    n.refuse("a list of words or one text");
    return {};
  }
  auto words = split_words(n.text());
  if (!words) {
    n.reject(words.error().what + "; close it, or write the command as a list of words");
    return {};
  }
  return *std::move(words);
}

bool read_truthy(const node& n) {
  if (n.strict() || n.is(value::kind::boolean))
    return n.boolean();
  if (const auto* text = n.raw().as_text())
    return !text->empty();
  if (const auto* number = n.raw().as_integer())
    return *number != 0;
  n.refuse("true or false");
  return false;
}

std::int64_t read_count(const node& n) {
  if (const auto* number = n.raw().as_integer())
    return *number;
  if (const auto* text = n.raw().as_text()) {
    if (const auto number = parse_number<std::int64_t>(*text))
      return *number;
  }
  default_or_refuse(n, "a whole number", "0");
  return 0;
}

std::optional<std::int64_t> read_size(const node& n, std::string_view used) {
  if (const auto* number = n.raw().as_integer(); number != nullptr && *number >= 0)
    return *number;
  if (const auto* text = n.raw().as_text()) {
    if (const auto bytes = parse_bytes(*text))
      return bytes;
  }
  default_or_refuse(n, "a size like 64m or 67108864", used);
  return 0;
}

std::int64_t read_memory(const node& n) {
  constexpr auto least = std::int64_t{6} << 20U;
  const auto bytes = read_size(n).value_or(0);
  if (bytes == 0 || bytes >= least)
    return bytes;
  n.reject(
    "found " + std::to_string(bytes)
    + " bytes, and engines refuse a limit of less than 6m; expected 6m or more, or 0 for none");
  return 0;
}

std::int64_t read_mode(const node& n, std::int64_t most) {
  const auto* number = n.raw().as_integer();
  auto bits = number == nullptr ? std::int64_t{-1} : *number;
  if (const auto* text = n.raw().as_text()) {
    std::int64_t read = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), read, 8);
    if (problem == std::errc{} && end == text->data() + text->size())
      bits = read;
  }
  if (bits >= 0 && bits <= most)
    return bits;
  n.refuse("permission bits like 0440");
  return 0;
}

std::string read_choice(const node& n, std::string_view one, std::string_view other) {
  auto text = n.text();
  if (text.empty() || text == one || text == other)
    return text;
  default_or_refuse(n,
    other.empty() ? std::string{one} : std::string{one} + " or " + std::string{other},
    "the engine's default");
  return {};
}

std::chrono::nanoseconds read_duration(const node& n) {
  if (const auto* text = n.raw().as_text()) {
    if (const auto time = parse_duration(*text))
      return *time;
  }
  n.refuse("a duration like 1m30s");
  return {};
}

std::string read_namespace(const node& n, std::initializer_list<std::string_view> known) {
  constexpr std::string_view container = "container:";
  auto mode = n.text();
  const bool is_known = mode.empty() || std::find(known.begin(), known.end(), mode) != known.end();
  if (is_known || (mode.starts_with(container) && mode.size() > container.size()))
    return mode;
  std::string expected;
  for (const auto word : known)
    expected.append(word).append(", ");
  n.refuse(expected + "or container:<name>; a service's is not supported");
  return {};
}

std::chrono::seconds read_grace(const node& n) {
  using std::chrono::seconds;
  constexpr std::chrono::hours most{100 * 365 * 24};
  const auto time = read_duration(n);
  if (time > most)
    n.refuse("a duration of no more than 100 years");
  return std::chrono::floor<seconds>(std::min<std::chrono::nanoseconds>(time, most));
}

std::vector<std::string> read_extra_hosts(const node& n) {
  std::vector<std::string> out;
  if (n.is(value::kind::map)) {
    for (const auto& [host, address] : n.members()) {
      for (const auto& one : address.items_or_self())
        out.push_back(host + ':' + without_brackets(one.text()));
    }
    // The order of a map's keys has no meaning; that of one host's addresses has.
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return a.substr(0, a.find(':')) < b.substr(0, b.find(':'));
    });
    return out;
  }
  for (const auto& item : n.items()) {
    auto text = item.text();
    if (const auto equals = text.find('='); equals != std::string::npos)
      text[equals] = ':';
    const auto colon = text.find(':');
    if (colon == std::string::npos)
      item.refuse("host:address");
    else
      out.push_back(text.substr(0, colon + 1) + without_brackets(text.substr(colon + 1)));
  }
  return out;
}

health_check read_health_check(const node& n) {
  health_check out;
  check_members(n,
    {"disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"},
    "a healthcheck");
  if (const auto test = n.get("test")) {
    if (test->is(value::kind::list))
      out.test = read_texts(*test);
    else
      out.test = {"CMD-SHELL", test->text()};
  }
  if (const auto off = n.get("disable"); off && off->boolean())
    out.test = {"NONE"};
  out.interval = read_check_time(n, "interval");
  out.timeout = read_check_time(n, "timeout");
  out.start_period = read_check_time(n, "start_period");
  out.start_interval = read_check_time(n, "start_interval");
  if (const auto retries = n.get("retries")) {
    out.retries = retries->integer();
    if (out.retries < 0)
      retries->refuse("a number of failures, or 0 for the default");
  }
  return out;
}

log_config read_logging(const node& n) {
  log_config out;
  check_members(n, {"driver", "options"}, "logging");
  if (const auto driver = n.get("driver"))
    out.driver = driver->text();
  if (const auto options = n.get("options")) {
    for (const auto& [name, option] : options->members()) {
      if (!option.is_null())
        out.options[name] = option.hidden().scalar_text();
    }
  }
  return out;
}

std::int64_t read_memswap(const node& n) {
  const auto* number = n.raw().as_integer();
  const auto* text = n.raw().as_text();
  if ((number != nullptr && *number == -1) || (text != nullptr && *text == "-1"))
    return -1;
  return read_size(n).value_or(0);
}

std::int64_t read_nano_cpus(const node& n) {
  constexpr double nano = 1e9;
  constexpr double most_cpus = 1e6;
  std::optional<double> number;
  if (const auto* whole = n.raw().as_integer())
    number = static_cast<double>(*whole);
  else if (const auto* real = n.raw().as_real())
    number = *real;
  else if (const auto* text = n.raw().as_text())
    number = parse_number<double>(*text);
  if (number && *number >= 0 && *number <= most_cpus)
    return std::llround(*number * nano);
  default_or_refuse(n, "a number of processors like 0.5", "no limit");
  return 0;
}

restart_policy read_restart(const node& n) {
  const std::string expected = "no, always, on-failure or unless-stopped";
  if (const auto* text = n.raw().as_text()) {
    const auto name = trimmed_lower(*text);
    for (const auto mode : {restart_mode::no,
           restart_mode::always,
           restart_mode::on_failure,
           restart_mode::unless_stopped}) {
      if (name == to_string(mode))
        return {mode, 0};
    }
    // The cloud dialect knows no number of retries: v19 took this for `always`.
    constexpr std::string_view limited = "on-failure:";
    if (n.strict() && name.rfind(limited, 0) == 0) {
      const auto retries = parse_number<std::int64_t>(name.substr(limited.size()));
      if (retries && *retries >= 0)
        return {restart_mode::on_failure, *retries};
    }
  }
  if (n.strict() && n.is(value::kind::boolean))
    n.refuse(expected + "; write \"no\" in quotes");
  else
    default_or_refuse(n, expected, "always");
  return {};
}

std::vector<std::string> read_security_opt(const node& n) {
  std::vector<std::string> out;
  for (const auto& item : n.items()) {
    auto text = item.text();
    if (text.rfind("label=", 0) == 0 || text.rfind("label:", 0) == 0)
      item.unsupported("SELinux labels are not supported", "remove it");
    else
      out.push_back(std::move(text));
  }
  return out;
}

std::map<std::string, std::string> read_sysctls(const node& n) {
  std::map<std::string, std::string> out;
  if (n.is(value::kind::map)) {
    for (const auto& [name, setting] : n.members())
      out[name] = setting.scalar_text();
    return out;
  }
  for (const auto& item : n.items()) {
    const auto text = item.text();
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      item.refuse("name=value");
      continue;
    }
    auto setting = text.substr(equals + 1);
    // The contract of the cloud dialect: spec/state-engine.md §2, `sysctls`.
    if (const auto second = setting.find('='); second != std::string::npos && !n.strict()) {
      item.warn("the text behind the second '=' is left out; write sysctls as a map");
      setting.erase(second);
    }
    out[text.substr(0, equals)] = std::move(setting);
  }
  return out;
}

std::vector<ulimit> read_ulimits(const node& n) {
  std::vector<ulimit> out;
  for (const auto& [name, limit] : n.members()) {
    if (!limit.is(value::kind::map)) {
      const auto both = limit.integer();
      out.push_back({name, both, both});
      continue;
    }
    check_members(limit, {"hard", "soft"}, "a ulimit");
    const auto soft = limit.get("soft");
    const auto hard = limit.get("hard");
    if (soft && hard)
      out.push_back({name, soft->integer(), hard->integer()});
    else
      limit.refuse("a number, or a map of soft and hard");
  }
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace copal::planning
