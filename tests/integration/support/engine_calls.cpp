#include "tests/integration/support/engine_calls.hpp"

#include <regex>

#include <nlohmann/json.hpp>

namespace copal::test {

namespace {

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// An image without its registry.
std::string image_name(const std::string& text) {
  const auto name = decoded(text);
  if (name.starts_with("sha256:"))
    return "by id";
  const auto slash = name.find('/');
  return slash != std::string::npos && name.find(':') < slash ? name.substr(slash + 1) : name;
}

std::string name_in(const std::string& body, const char* key) {
  const auto doc = nlohmann::json::parse(body, nullptr, false);
  return doc.is_object() ? doc.value(key, "") : std::string{};
}

/// How a call is told: `$1` is an id or a name in its path.
struct form {
  const char* method;
  const char* target;
  const char* words;
};

const form forms[] = {
  {"GET", "/version", "version"},
  {"GET", "/events.*", "watch"},
  {"GET", "/containers/json.*", "list containers"},
  {"GET", "/networks(\\?.*)?", "list networks"},
  {"GET", "/volumes(\\?.*)?", "list volumes"},
  {"GET", "/images/json.*", "list images"},
  {"GET", "/containers/([^/]+)/json", "inspect $1"},
  {"POST", "/containers/create\\?name=(.+)", "create $1"},
  {"POST", "/containers/([^/]+)/start", "start $1"},
  {"POST", "/containers/([^/]+)/stop.*", "stop $1"},
  {"POST", "/containers/([^/]+)/rename.*", "rename $1"},
  {"DELETE", "/containers/([^/?]+).*", "remove $1"},
  {"DELETE", "/networks/(.+)", "remove network $1"},
  {"DELETE", "/volumes/([^?]+).*", "remove volume $1"},
};

std::string named(const std::string& found, const std::map<std::string, std::string>& names) {
  const auto name = names.find(found);
  return short_name(name == names.end() ? found : name->second);
}

} // namespace

std::string short_name(const std::string& name) {
  static const std::regex container{"(?:old_)?(.+?)_\\d+_\\d+(?:_.*)?"};
  static const std::regex component{"(?:[0-9a-f]{32}|\\d+)_(.+)"};
  std::smatch found;
  auto plain = name.starts_with('/') ? name.substr(1) : name;
  if (std::regex_match(plain, found, container) || std::regex_match(plain, found, component))
    return found[1];
  return plain;
}

bool only_looks(const seen_call& call) {
  return call.method == "GET" || call.method == "HEAD";
}

std::string in_words(const seen_call& call, const std::map<std::string, std::string>& names) {
  const auto& target = call.target;
  std::smatch found;
  for (const auto& f : forms) {
    if (call.method != f.method || !std::regex_match(target, found, std::regex{f.target}))
      continue;
    std::string words{f.words};
    if (const auto hole = words.find("$1"); hole != std::string::npos)
      words.replace(hole, 2, named(decoded(found[1]), names));
    return words;
  }
  if (std::regex_match(target, found, std::regex{"/images/create\\?fromImage=(.+)&tag=(.+)"})) {
    const auto version = decoded(found[2]);
    return "pull " + image_name(found[1]) + (version.find(':') == version.npos ? ":" : "@")
           + version;
  }
  if (std::regex_match(target, found, std::regex{"/images/(.+)/json"}))
    return "inspect image " + image_name(found[1]);
  if (call.method == "DELETE" && std::regex_match(target, found, std::regex{"/images/([^?]+).*"}))
    return "remove image " + image_name(found[1]);
  if (std::regex_match(target, found, std::regex{"/networks/(.+)/connect"}))
    return "connect " + named(name_in(call.body, "Container"), names) + " to "
           + named(decoded(found[1]), names);
  if (target == "/networks/create")
    return "create network " + short_name(name_in(call.body, "Name"));
  if (target == "/volumes/create")
    return "create volume " + short_name(name_in(call.body, "Name"));
  return call.method + ' ' + target;
}

} // namespace copal::test
