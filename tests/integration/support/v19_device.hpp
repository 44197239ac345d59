#pragma once

#include "tests/integration/support/device.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace copal::test {

/// One recorded service (tests/golden/v19), with this device's image, folders and keys in the place
/// of the recorded ones.
struct recorded_service {
  std::string name;
  nlohmann::json create;
  nlohmann::json connects;
};

/// A device as a v19 supervisor left it: the images, networks, volumes and containers of the
/// recordings, made by the calls that it sent, and its database.
class v19_device {
public:
  /// `odd`: the second recording, of odd input. Makes config.json, the folders that facts of the
  /// device come from, and the images; nothing else yet.
  v19_device(device& d, bool odd);

  /// All that v19 made. Containers that need devices and folders of the machine, or that it was
  /// told to keep stopped, are not started; the target says so.
  void make();
  /// Its database, with a row for each of them, the commit, and the keys.
  void make_database();

  /// The part of the document in its recorded order, without these services.
  [[nodiscard]] nlohmann::ordered_json target(const std::set<std::string>& without = {}) const;
  [[nodiscard]] const std::vector<recorded_service>& services() const { return services_; }
  [[nodiscard]] const std::map<std::string, std::string>& ids() const { return ids_; }
  [[nodiscard]] std::filesystem::path database() const;

private:
  void prepare_folders();
  void make_images();
  void read_services();
  [[nodiscard]] std::string here(std::string text) const;
  void make_container(const recorded_service& service);

  device& d_;
  bool odd_;
  std::map<std::string, std::string> images_; ///< Recorded name: id of ours.
  std::vector<recorded_service> services_;
  std::map<std::string, std::string> ids_; ///< Of containers, by service.
  std::set<std::string> stopped_;
};

/// Makes a database as v19 has it, and fills it by these statements.
void make_v19_database(const std::filesystem::path& path, const std::string& rows);

/// The name under which a recorded image is known here.
std::string image_here(const std::string& recorded);

} // namespace copal::test
