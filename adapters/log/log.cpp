#include "adapters/log/log.hpp"

#include <memory>
#include <utility>

#include <caf/typed_event_based_actor.hpp>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace copal {

namespace {

constexpr std::size_t most_waiting = 1024;
constexpr std::size_t longest_line = 4096;

spdlog::level::level_enum level_of(log_level x) {
  switch (x) {
    case log_level::trace:
      return spdlog::level::trace;
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warning:
      return spdlog::level::warn;
    case log_level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// The journal's priorities: sd-daemon(3).
class priority_flag final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& msg,
    const std::tm& /*time*/,
    spdlog::memory_buf_t& out) override {
    const std::string_view prefix = msg.level >= spdlog::level::err    ? "<3>"
                                    : msg.level >= spdlog::level::warn ? "<4>"
                                    : msg.level >= spdlog::level::info ? "<6>"
                                                                       : "<7>";
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<priority_flag>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_of(log_style style) {
  auto out = std::make_unique<spdlog::pattern_formatter>();
  if (style == log_style::journal)
    out->add_flag<priority_flag>('*').set_pattern("%*%v");
  else
    out->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
  return out;
}

supervised<log_actor>::behavior_type log_edge() {
  return {
    [](const log_line& line) { spdlog::log(level_of(line.level), one_line(line.text)); },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

} // namespace

void open_log(const log_settings& config) {
  spdlog::init_thread_pool(most_waiting, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::async_logger>(
    "copal", std::move(sink), spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level_of(config.level));
  logger->set_formatter(formatter_of(config.style));
  spdlog::set_default_logger(std::move(logger));
}

void close_log() {
  spdlog::shutdown();
}

supervised<log_actor> spawn_log(caf::actor_system& system) {
  return system.spawn(log_edge);
}

std::string one_line(std::string_view text) {
  const auto cut = text.size() > longest_line;
  std::string out{text.substr(0, longest_line)};
  for (auto& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  }
  if (cut)
    out += "...";
  return out;
}

result<log_level> log_level_of(std::string_view name) {
  for (const auto level :
    {log_level::trace, log_level::debug, log_level::info, log_level::warning, log_level::error}) {
    if (name == to_string(level))
      return level;
  }
  if (name == "warn")
    return log_level::warning;
  return fail(errc::invalid_input,
    "log level '" + std::string{name} + "': expected trace, debug, info, warning or error");
}

} // namespace copal
