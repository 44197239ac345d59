#pragma once

#include "messages/model/target.hpp"

#include <string>

namespace copal::planning {

/// What surrounds a service: its app and the device.
struct app_setting {
  const device_facts& device;
  std::string device_name; ///< As the target says.
  app_id id;
  app_uuid uuid;
  std::string name;
  std::string folder{}; ///< Of the compose file, as the host sees it; empty: not known.
};

} // namespace copal::planning
