#pragma once

#include "messages/model/container.hpp"
#include "messages/model/network.hpp"
#include "messages/model/target.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

/// What a v19 supervisor sent to a Docker 20.10 engine, and what the engine answered: the files
/// in tests/golden/v19, decoded.
namespace copal::recordings {

struct recording {
  std::string name; ///< Of the service.
  std::string note; ///< What is odd about it; empty for ordinary input.
  std::string container_name;
  image_facts image;
  container_config created; ///< The body of the create call, with the connects behind it.
  container shown;          ///< What an inspection showed; without an id when it was not recorded.
  std::set<std::string> exposed; ///< By the create call, like "80/tcp".
};

/// The services of `target.json`, or of `target-91.json` (odd input).
std::vector<recording> services(bool odd);

/// The whole target document.
target_document target(bool odd);

/// The device they were recorded on.
device_facts device();

struct network_recording {
  std::string name;
  std::string engine_name;
  network_config created;
  network_config shown;
};
std::vector<network_recording> networks();

struct volume_recording {
  std::string name;
  std::string engine_name;
  volume_config created;
  volume_config shown;
};
std::vector<volume_recording> volumes();

} // namespace copal::recordings
