// One fuzz target per parser of the engine's bytes: FUZZ_TARGET names it (see meson.build).

#include "adapters/engine/calls.hpp"
#include "adapters/engine/codec.hpp"
#include "adapters/engine/pull_meter.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace copal::engine_wire;

namespace {

void must(bool x) {
  if (!x)
    std::abort();
}

/// What was read can be sent, and an error has words.
[[maybe_unused]] void fuzz_container(std::string_view text) {
  const auto shown = read_container(text);
  if (!shown)
    return must(!shown.error().what.empty());
  if (!shown->config.network_mode.starts_with("service:"))
    must(write_create(shown->config).has_value());
}

[[maybe_unused]] void fuzz_lists(std::string_view text) {
  const auto containers = read_containers(text);
  const auto networks = read_networks(text);
  const auto volumes = read_volumes(text);
  const auto images = read_images(text);
  if (networks) {
    for (const auto& x : *networks)
      must(write_network(x.name, x.config).has_value());
  }
  if (volumes) {
    for (const auto& x : *volumes)
      must(write_volume(x.name, x.config).has_value());
  }
  must(containers || !containers.error().what.empty());
  must(images || !images.error().what.empty());
}

[[maybe_unused]] void fuzz_answers(std::string_view text) {
  (void)read_image(text);
  (void)read_traits(text);
  (void)read_created(text);
  (void)read_time(text);
  must(read_message(text).size() <= 1024);
  if (const auto range = read_version(text))
    (void)choose_version(*range);
  for (const unsigned status : {200U, 304U, 400U, 404U, 500U}) {
    for (const auto op : {operation::start, operation::pull, operation::connect_network})
      (void)judge(op, status, text);
  }
}

/// Lines of an event stream.
[[maybe_unused]] void fuzz_events(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    (void)read_event(line);
  }
}

/// Lines of a pull: the percentage stays in its bounds and never goes down.
[[maybe_unused]] void fuzz_pull(std::string_view text) {
  pull_meter meter;
  int last = 0;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto read = read_pull_line(line);
    if (!read)
      continue;
    meter.take(*read);
    const auto now = meter.percent();
    must(now >= last && now <= 99);
    last = now;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
