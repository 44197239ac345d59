#include "tests/integration/support/timeline.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <utility>

namespace copal::test {

namespace {

using nlohmann::json;

std::chrono::nanoseconds wall_clock() {
  return std::chrono::system_clock::now().time_since_epoch();
}

/// As the engine's API has a moment: "1700000000.000000001".
std::string spelled(std::chrono::nanoseconds at) {
  constexpr std::int64_t second = 1'000'000'000;
  auto rest = std::to_string(at.count() % second);
  return std::to_string(at.count() / second) + '.' + std::string(9 - rest.size(), '0') + rest;
}

/// `web:c70` of `old_web_72_70_c70`.
std::string short_container(std::string name) {
  if (name.starts_with("old_"))
    name.erase(0, 4);
  return name.substr(0, name.find('_')) + ':' + name.substr(name.rfind('_') + 1);
}

/// Empty for what no story asks for.
std::string in_words(const json& event) {
  const auto type = event.value("Type", "");
  const auto action = event.value("Action", "");
  const auto& actor = event.at("Actor");
  if (type == "image") {
    // `<registry>/test/base:2`
    const auto id = actor.value("ID", "");
    if (action == "pull")
      return "pulled " + id.substr(id.find('/') + 1);
    return action == "delete" ? "image removed" : "";
  }
  constexpr std::array<std::pair<const char*, const char*>, 4> words{{
    {"start", "started"},
    {"die", "stopped"},
    {"destroy", "removed"},
    {"rename", "renamed"},
  }};
  for (const auto& [their, ours] : words) {
    if (type == "container" && action == their)
      return short_container(actor.at("Attributes").value("name", "")) + ' ' + ours;
  }
  return {};
}

} // namespace

timeline::timeline(device& of) : device_(of), since_(wall_clock()) {}

void timeline::read() {
  moments_.clear();
  std::istringstream lines{device_.hand().get_text(
    "/events?since=" + spelled(since_) + "&until=" + spelled(wall_clock()))};
  for (std::string line; std::getline(lines, line);) {
    const auto event = json::parse(line, nullptr, false);
    if (!event.is_object())
      continue;
    if (auto words = in_words(event); !words.empty()) {
      const auto at = event.at("timeNano").get<std::int64_t>() - since_.count();
      moments_.push_back({static_cast<double>(at) / 1e9, std::move(words)});
    }
  }
  std::stable_sort(moments_.begin(), moments_.end(), [](const moment& a, const moment& b) {
    return a.after_s < b.after_s;
  });
}

std::string timeline::text() const {
  std::string out;
  for (const auto& one : moments_) {
    std::array<char, 32> after{};
    std::snprintf(after.data(), after.size(), "t+%.2f ", one.after_s);
    out += (out.empty() ? "" : "; ") + std::string{after.data()} + one.words;
  }
  return out;
}

bool timeline::in_order(const std::vector<std::string>& words) const {
  const auto first = [this](const std::string& what) {
    return std::find_if(
      moments_.begin(), moments_.end(), [&what](const moment& m) { return m.words == what; });
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto at = first(words[i]);
    if (at == moments_.end() || (i > 0 && at < first(words[i - 1])))
      return false;
  }
  return true;
}

int timeline::least_up(const std::string& service, int up) const {
  auto least = up;
  for (const auto& one : moments_) {
    if (!one.words.starts_with(service + ':'))
      continue;
    up += one.words.ends_with(" started") ? 1 : 0;
    up -= one.words.ends_with(" stopped") ? 1 : 0;
    least = std::min(least, up);
  }
  return least;
}

} // namespace copal::test
