#include "actors/planning/plan/subjects.hpp"

namespace copal::planning {

std::string service_subject(app_id app, const service_name& name) {
  return "service:" + to_string(app) + '/' + name.value;
}

std::string image_subject(const std::string& name) {
  return "image:" + name;
}

} // namespace copal::planning
