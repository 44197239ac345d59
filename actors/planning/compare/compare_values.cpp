#include "actors/planning/compare/compare_values.hpp"

namespace copal::planning {

namespace {

constexpr std::size_t short_id_length = 12;
constexpr std::size_t longest_shown = 120;

std::string cut(std::string text) {
  if (text.size() <= longest_shown)
    return text;
  // Not within a character: the text goes into JSON.
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  auto end = longest_shown;
  while (end > 0 && continues(text[end]))
    --end;
  return text.substr(0, end) + "...";
}

template <class Range, class Show>
std::string listed(const Range& items, Show show) {
  std::string out = "[";
  for (const auto& item : items) {
    out += out.size() > 1 ? ", " : "";
    out += show(item);
  }
  return cut(out + ']');
}

std::string itself(const std::string& text) {
  return text;
}

} // namespace

std::string short_id(const container_id& id) {
  return id.value.substr(0, short_id_length);
}

bool satisfies(const endpoint& there, const endpoint& wanted) {
  const auto given = [](const std::string& want, const std::string& is) {
    return want.empty() || want == is;
  };
  const auto holds = [](const std::vector<std::string>& all, const std::vector<std::string>& some) {
    return std::all_of(some.begin(), some.end(), [&all](const auto& text) {
      return std::find(all.begin(), all.end(), text) != all.end();
    });
  };
  return holds(there.aliases, wanted.aliases) && given(wanted.ipv4, there.ipv4)
         && given(wanted.ipv6, there.ipv6)
         && (wanted.link_local_ips.empty()
             || sorted(wanted.link_local_ips) == sorted(there.link_local_ips));
}

std::string canonical_capability(std::string_view text) {
  constexpr std::string_view prefix = "CAP_";
  std::string out;
  for (const char c : text)
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out.rfind(prefix, 0) == 0 ? out.substr(prefix.size()) : out;
}

std::string canonical_bind(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos)
    return std::string{text};
  std::set<std::string> options;
  for (auto rest = text.substr(second + 1); !rest.empty();) {
    const auto option = rest.substr(0, rest.find(','));
    if (!option.empty() && option != "rw" && option != "rprivate" && option != "rbind")
      options.emplace(option);
    rest.remove_prefix(std::min(option.size() + 1, rest.size()));
  }
  std::string out{text.substr(0, second)};
  for (const auto& option : options)
    out += (&option == &*options.begin() ? ':' : ',') + option;
  return out;
}

std::vector<std::string> sorted(
  const std::vector<std::string>& items, std::string (*canonical)(std::string_view)) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const auto& item : items)
    out.push_back(canonical(item));
  return sorted(std::move(out));
}

std::string shown(bool x) {
  return x ? "true" : "false";
}

std::string shown(std::int64_t x) {
  return std::to_string(x);
}

std::string shown(const std::string& x) {
  return cut('"' + x + '"');
}

std::string shown(std::chrono::seconds x) {
  return std::to_string(x.count()) + " s";
}

std::string shown(const restart_policy& x) {
  return to_string(x.mode) + (x.max_retries == 0 ? "" : ':' + std::to_string(x.max_retries));
}

std::string shown(const health_check& x) {
  const auto ms = [](std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count())
           + " ms";
  };
  return cut(shown(x.test) + " interval " + ms(x.interval) + " timeout " + ms(x.timeout)
             + " start period " + ms(x.start_period) + " start interval " + ms(x.start_interval)
             + " retries " + std::to_string(x.retries));
}

std::string shown(const endpoint& x) {
  auto out = "aliases " + shown(x.aliases);
  for (const auto& address : {x.ipv4, x.ipv6})
    out += address.empty() ? "" : ' ' + address;
  return cut(std::move(out));
}

std::string shown(const std::vector<std::string>& x) {
  return listed(x, itself);
}

std::string shown(const std::set<std::string>& x) {
  return listed(x, itself);
}

std::string shown(const std::map<std::string, std::string>& x) {
  return listed(x, [](const auto& item) { return item.first + '=' + item.second; });
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
    std::string out = std::to_string(r.count);
    for (const auto& set : r.capabilities)
      out += ' ' + shown(set);
    return out;
  });
}

std::string shown(const std::vector<ulimit>& x) {
  return listed(x, [](const ulimit& u) {
    return u.name + '=' + std::to_string(u.soft) + ':' + std::to_string(u.hard);
  });
}

std::string shown(const std::vector<address_pool>& x) {
  return listed(x, [](const address_pool& p) {
    return p.subnet + ' ' + p.gateway + ' ' + p.ip_range + (p.aux_addresses.empty() ? "" : " aux");
  });
}

} // namespace copal::planning
