#include "tests/support/live_system.hpp"

#include <caf/actor_system_config.hpp>

namespace copal::test {
namespace {

struct quiet_config : caf::actor_system_config {
  quiet_config() {
    add_message_types<caf::id_block::copal>();
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
    set("scheduler.max-threads", std::size_t{1});
  }
};

} // namespace

struct live_system::parts {
  quiet_config config;
  caf::actor_system system{config};
};

live_system::live_system() : parts_(std::make_unique<parts>()) {}
live_system::~live_system() = default;

caf::actor_system& live_system::operator*() {
  return parts_->system;
}

} // namespace copal::test
