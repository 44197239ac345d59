#pragma once

#include "messages/model/value.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/support/random.hpp"

namespace copal::test {

/// Fills the registry with the images that drawn targets name: `registry.sim/app<0..5>:<1..2>`, and
/// one of them by digest.
void publish_images(engine_world& world);

/// Draws a target document in the cloud's v3 form: no, one or two apps; up to four services each
/// with images, environment, ports, networks, volumes, dependencies, restart policies and
/// strategies. Two draws have much in common, as two releases of a fleet have.
value draw_target(random_source& random);

/// One app with one service per name, each from its own image.
value simple_target(const std::vector<std::string>& services, const std::string& commit);

} // namespace copal::test
