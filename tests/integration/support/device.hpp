#pragma once

#include "tests/integration/support/documents.hpp"
#include "tests/integration/support/engine_client.hpp"
#include "tests/integration/support/program.hpp"
#include "tests/integration/support/real_engine.hpp"
#include "tests/integration/support/recording_proxy.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace copal::test {

/// A device: the built program with folders of its own, a target in a file, and an engine behind a
/// proxy that notes each call. The engine is emptied before and after.
class device {
public:
  explicit device(real_engine& engine);
  ~device();
  device(const device&) = delete;
  device& operator=(const device&) = delete;

  // The program.
  std::string log_level = "debug";      ///< From the next start on, as the next.
  std::vector<std::string> options;     ///< Further ones.
  std::vector<std::string> environment; ///< Beside ours: `NAME=value`.
  bool in_its_network = false;          ///< Of the engine: the registries can be asked.
  std::string registry;                 ///< Where images are from; the engine's, unless told.
  std::string uuid = "0123456789abcdef0123456789abcdef"; ///< As config.json has it.
  void start();
  /// In order; its exit code.
  int stop();
  void kill();
  program& running() { return *program_; }

  /// Writes the target's file, as an editor does: the new one takes the old one's place.
  void want(const wanted_app& app) { want(std::vector{app}); }
  void want(const std::vector<wanted_app>& apps);
  /// One device's part of a document.
  void want_document(const nlohmann::json& part);
  /// One whose order counts, as that of the networks of a service does.
  void want_ordered(const nlohmann::ordered_json& part);
  /// A compose file instead, from the next start on; it lies in `folder()`, with what it names.
  void want_compose(const std::string& text);
  /// Until the program says that the target is reached, since the last `want` or `start`.
  bool reached(std::chrono::seconds limit = std::chrono::seconds{120});
  /// Starts the program at a target and waits for it.
  bool install(const wanted_app& app);
  /// Another target, reached.
  bool change(const wanted_app& app);

  /// Waits for something that the engine shows.
  bool eventually(
    const std::function<bool()>& done, std::chrono::seconds limit = std::chrono::seconds{120});

  /// What `copal explain` prints with these options; throws unless it ends with that code,
  /// if one is given.
  std::string explain(const std::vector<std::string>& more, std::optional<int> expected_code);

  // What it asked the engine for since `forget_calls`, in words: "create web; start web".
  void forget_calls();
  /// What may change something, in order of the alphabet.
  std::string changes();
  /// The same in the order in which they were asked for.
  std::vector<std::string> changes_in_order();
  /// Which containers it looked at; each once.
  std::string looks();
  /// Bodies of the calls that are told by these words.
  std::vector<nlohmann::json> bodies(const std::string& words);

  // What the engine has, by short names.
  engine_client& hand() { return hand_; }
  /// Containers of ours, by service: id.
  std::map<std::string, std::string> ids();
  /// An inspection; null when the service has no container.
  nlohmann::json inspect(const std::string& service);
  bool runs(const std::string& service);
  /// All that is ours, ids left out: one line each for containers, networks, volumes, images.
  std::vector<std::string> inventory();
  /// The rows of its store, ids left out. The program must not run.
  std::vector<std::string> rows();

  real_engine& engine() { return engine_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  /// Where the secrets and configs of services are placed.
  [[nodiscard]] std::filesystem::path placed() const { return folder_ / "memory" / "files"; }
  [[nodiscard]] std::filesystem::path store() const { return folder_ / "state" / "copal.sqlite"; }
  /// All that the present program said, for a failure.
  std::string log();
  /// The present program made the service anew because the engine could not start it any more: one
  /// that goes down at the wrong moment may bring that about (docs/decisions/0123).
  bool was_broken(const std::string& service);
  std::size_t mark() const { return mark_; }

private:
  void empty_engine();
  /// The words before a command that is to see what the program sees.
  [[nodiscard]] std::vector<std::string> into_its_network() const;

  real_engine& engine_;
  engine_client hand_;
  std::filesystem::path folder_;
  std::unique_ptr<recording_proxy> proxy_;
  std::unique_ptr<program> program_;
  bool composed_ = false; ///< The target is a compose file.
  std::size_t mark_ = 0;
  std::size_t first_call_ = 0;
};

/// An image of the test registry is in the engine, as if somebody had used it before.
bool pull(real_engine& engine, const std::string& image);

} // namespace copal::test
