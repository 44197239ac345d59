#include "actors/planning/compare/shown.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

constexpr std::size_t longest_told = 120;
constexpr std::size_t told_before = 40; ///< Of what is the same, for the place to be found.

/// True for a byte within a character of UTF-8: nothing is cut there, as it goes into JSON.
bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::size_t start_of_character(const std::string& text, std::size_t at) {
  while (at > 0 && at < text.size() && continues(text[at]))
    --at;
  return at;
}

std::string cut(const std::string& text, std::size_t from) {
  const auto begin = start_of_character(text, std::min(from, text.size()));
  const bool is_whole = text.size() - begin <= longest_told;
  const auto end = is_whole ? text.size() : start_of_character(text, begin + longest_told);
  return (begin > 0 ? "..." : "") + text.substr(begin, end - begin) + (is_whole ? "" : "...");
}

template <class Range, class Show>
std::string listed(const Range& items, Show show) {
  std::string out = "[";
  for (const auto& item : items) {
    out += out.size() > 1 ? ", " : "";
    out += show(item);
  }
  return out + ']';
}

/// Plain where it cannot be taken for two items, or for none.
std::string itself(const std::string& text) {
  const bool is_plain =
    !text.empty() && text.find_first_of(",\"[]") == std::string::npos && text.find(' ') != 0;
  return is_plain ? text : '"' + text + '"';
}

std::string shown_time(std::chrono::nanoseconds time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  return ms == time ? std::to_string(ms.count()) + " ms" : std::to_string(time.count()) + " ns";
}

} // namespace

field_difference told_apart(std::string field, std::string current, std::string target) {
  const auto longest = std::max(current.size(), target.size());
  if (longest <= longest_told)
    return {std::move(field), std::move(current), std::move(target)};
  const auto differs =
    std::mismatch(current.begin(), current.end(), target.begin(), target.end()).first;
  const auto same = static_cast<std::size_t>(differs - current.begin());
  // From the beginning, where that shows a good part of what differs.
  const auto from = same + told_before <= longest_told ? 0 : same - told_before;
  return {std::move(field), cut(current, from), cut(target, from)};
}

std::string shown(bool x) {
  return x ? "true" : "false";
}

std::string shown(std::int64_t x) {
  return std::to_string(x);
}

std::string shown(const std::string& x) {
  return '"' + x + '"';
}

std::string shown(std::chrono::seconds x) {
  return std::to_string(x.count()) + " s";
}

std::string shown(const restart_policy& x) {
  return to_string(x.mode) + (x.max_retries == 0 ? "" : ':' + std::to_string(x.max_retries));
}

std::string shown(const health_check& x) {
  return shown(x.test) + " interval " + shown_time(x.interval) + " timeout " + shown_time(x.timeout)
         + " start period " + shown_time(x.start_period) + " start interval "
         + shown_time(x.start_interval) + " retries " + std::to_string(x.retries);
}

std::string shown(const endpoint& x) {
  auto out = "aliases " + shown(x.aliases);
  for (const auto& address : {x.ipv4, x.ipv6})
    out += address.empty() ? "" : ' ' + address;
  return out + (x.link_local_ips.empty() ? "" : " link local " + shown(x.link_local_ips));
}

std::string shown(const std::vector<std::string>& x) {
  return listed(x, itself);
}

std::string shown(const std::set<std::string>& x) {
  return listed(x, itself);
}

std::string shown(const std::map<std::string, std::string>& x) {
  return listed(x, [](const auto& item) { return itself(item.first + '=' + item.second); });
}

std::string shown(const std::vector<mount>& x) {
  return listed(x, [](const mount& m) {
    return m.type + ' ' + m.source + ':' + m.target + (m.read_only ? ":ro" : "")
           + (m.propagation.empty() ? "" : ':' + m.propagation) + (m.no_copy ? ":nocopy" : "")
           + (m.tmpfs_bytes == 0 ? "" : ":size=" + std::to_string(m.tmpfs_bytes))
           + (m.tmpfs_mode == 0 ? "" : ":mode=" + std::to_string(m.tmpfs_mode));
  });
}

std::string shown(const std::vector<port_binding>& x) {
  return listed(x, [](const port_binding& p) {
    return (p.host_ip.empty() ? "" : p.host_ip + ':') + std::to_string(p.host_port) + ':'
           + std::to_string(p.container_port) + '/' + to_string(p.protocol);
  });
}

std::string shown(const std::vector<device_mapping>& x) {
  return listed(
    x, [](const device_mapping& d) { return d.host + ':' + d.container + ':' + d.permissions; });
}

std::string shown(const std::vector<device_request>& x) {
  return listed(x, [](const device_request& r) {
    auto out = r.driver + (r.driver.empty() ? "" : " ") + std::to_string(r.count);
    for (const auto& set : r.capabilities)
      out += ' ' + shown(set);
    return out + (r.device_ids.empty() ? "" : " ids " + shown(r.device_ids))
           + (r.options.empty() ? "" : " options " + shown(r.options));
  });
}

std::string shown(const std::vector<ulimit>& x) {
  return listed(x, [](const ulimit& u) {
    return u.name + '=' + std::to_string(u.soft) + ':' + std::to_string(u.hard);
  });
}

std::string shown(const std::vector<address_pool>& x) {
  return listed(x, [](const address_pool& p) {
    return p.subnet + " gateway " + p.gateway + " range " + p.ip_range
           + (p.aux_addresses.empty() ? "" : " aux " + shown(p.aux_addresses));
  });
}

} // namespace copal::planning
