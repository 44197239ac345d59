#pragma once

#include "tests/sim/device.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace copal::test {

/// What of other people's is in the engine, and must stay as it is.
struct strangers {
  std::map<container_id, container> containers;
  std::vector<engine_network> networks;
  std::vector<engine_volume> volumes;
  std::map<engine_image_id, engine_image> images;

  /// Puts some into the engine and remembers them.
  static strangers move_into(engine_world& world);
  /// What of them is missing or changed.
  std::vector<std::string> harmed(const engine_world& world) const;
};

/// Things that happen to a device, drawn from its seed, each counted by kind in `faults->counts`.
void disturb(simulated_device& device);

/// Somebody else kills, stops, removes, disconnects or crashes one of our containers.
void hurt_container(simulated_device& device);

/// Edge faults for a disturbed run: some runs many of one kind, some a few of each.
fault_rates draw_rates(random_source& random);

/// For a while, mostly short, `longest` at the most.
void run_a_while(simulated_device& device, std::chrono::minutes longest);

/// So many disturbances, each after a while; the tests look on now and then.
void live_through(simulated_device& device, std::int64_t troubles);

/// The causes of whatever fails are gone, and slow replies of before are drained.
void end_troubles(simulated_device& device);

} // namespace copal::test
