// What an engine really cannot do, and why.

#include "tests/property/make.hpp"

namespace copal::property {

namespace {

constexpr std::string_view makes_folders =
  "podman makes a missing folder of the machine already when it creates the container";

constexpr exception all[] = {
  {make_of_engine::podman,
    "pid beside init",
    "podman refuses an init that would not be the first process of the container"},
  {make_of_engine::podman, "journal-logs", makes_folders},
  {make_of_engine::podman, "dbus", makes_folders},
  {make_of_engine::podman, "kernel-modules", makes_folders},
  {make_of_engine::podman, "firmware", makes_folders},
};

} // namespace

std::span<const exception> exceptions() {
  return all;
}

} // namespace copal::property
