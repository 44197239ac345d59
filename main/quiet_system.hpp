#pragma once

#include "messages/protocol/type_ids.hpp"

#include <chrono>
#include <cstddef>

#include <caf/actor_system_config.hpp>

namespace copal {

/// CAF without its polling: nothing wakes up at rest. Source: the measurements in docs/.
struct quiet_system : caf::actor_system_config {
  quiet_system() {
    set("scheduler.max-threads", std::size_t{1});
    set("work-stealing.relaxed-sleep-duration", caf::timespan(std::chrono::hours(1)));
    set("work-stealing.aggressive-poll-attempts", std::size_t{1});
    set("work-stealing.moderate-poll-attempts", std::size_t{0});
    set("logger.file-verbosity", caf::atom("quiet"));
    add_messages_to(*this);
  }
};

} // namespace copal
