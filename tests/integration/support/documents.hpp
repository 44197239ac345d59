#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// Targets in the cloud's v3 form, as a story needs them.
namespace copal::test {

struct wanted_service {
  std::string name;
  std::string image = "test/base:1"; ///< As the registry has it.
  nlohmann::json composition = nlohmann::json::object();
  nlohmann::json environment = nlohmann::json::object();
  nlohmann::json labels = nlohmann::json::object();
  int id = 0; ///< 0: from its name.
};

struct wanted_app {
  int id = 7;
  std::string uuid = "00000000000000000000000000000007";
  std::string name = "shop";
  int release = 70;
  std::string commit = "c70";
  std::vector<wanted_service> services;
  nlohmann::json networks = nlohmann::json::object();
  nlohmann::json volumes = nlohmann::json::object();

  wanted_service& operator[](const std::string& service);
};

/// `registry/` comes before the images' names. Every service is ended by SIGKILL: a shell's sleep
/// heeds no other signal, and would be waited for.
nlohmann::json target_document(
  const std::string& device, const std::string& registry, const std::vector<wanted_app>& apps);

} // namespace copal::test
