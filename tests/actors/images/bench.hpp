#pragma once

#include "actors/images/images.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/fakes/fake_host.hpp"
#include "tests/fakes/fake_registry.hpp"
#include "tests/fakes/fake_store.hpp"
#include "tests/fakes/fault_source.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <string>

namespace copal::test {

/// `images` over the fake engine and the fake store. Fill the world and the disk, then `start`.
class images_bench {
public:
  images_bench();

  virtual_system system{1};
  std::shared_ptr<engine_world> world = std::make_shared<engine_world>();
  std::shared_ptr<store_world> disk = std::make_shared<store_world>();
  std::shared_ptr<fault_source> faults;
  std::shared_ptr<host_world> host = std::make_shared<host_world>();
  /// Of the registry alone.
  std::shared_ptr<fault_source> registry_faults;
  images_config config;
  images_actor actor; ///< Under test.

  /// An image that was fetched under that name.
  engine_image_id add_image(const std::string& name);
  /// A row of ours on the disk; the service tells it from other rows of the same image.
  image_row add_row(const std::string& name, const engine_image_id& id, std::int64_t service);

  /// Returns when rows and images are known.
  void start();

  answer<image_step_done> begin(step_action what) {
    return ask(system, actor, do_step{{app_id{1}, std::move(what), "test"}});
  }
  images_view view();
};

} // namespace copal::test
