#include "CPJRT.h"

#include "interface.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pj_plugin {
    const pj_table *table;
    size_t functions;
};

static char *said(const char *text) { return strdup(text); }

// The function at a place of the table, NULL where the plugin is too old to have it.
static void *function(const pj_plugin *plugin, size_t place) {
    return place < plugin->functions ? plugin->table->functions[place] : NULL;
}

// What the plugin says about an error, which is then gone.
static char *text_of(const pj_plugin *plugin, pj_error *error) {
    if (!error) return NULL;
    pj_error_message message = {.head.size = sizeof message, .error = error};
    ((void (*)(pj_error_message *))function(plugin, PJ_ERROR_MESSAGE))(&message);
    char *text = message.text ? strndup(message.text, message.text_size) : said("an error without a text");
    pj_error_destroy destroy = {.head.size = sizeof destroy, .error = error};
    ((void (*)(pj_error_destroy *))function(plugin, PJ_ERROR_DESTROY))(&destroy);
    return text;
}

// Calls the function at a place with a block that begins with a head.
static char *call(const pj_plugin *plugin, size_t place, void *block) {
    void *at = function(plugin, place);
    if (!at) return said("the plugin is too old: a function that is needed is missing in its table");
    return text_of(plugin, ((pj_error * (*)(void *)) at)(block));
}

static void destroy(const pj_plugin *plugin, size_t place, void *object) {
    pj_one block = {.head.size = sizeof block, .object = object};
    free(call(plugin, place, &block));
}

// Waits for an event, which is then gone.
static char *await(const pj_plugin *plugin, pj_event *event) {
    if (!event) return NULL;
    pj_one block = {.head.size = sizeof block, .object = event};
    char *problem = call(plugin, PJ_EVENT_AWAIT, &block);
    destroy(plugin, PJ_EVENT_DESTROY, event);
    return problem;
}

char *pj_open(const char *path, pj_plugin **plugin) {
    // Plugins write what only their developers can use to the error output, unless they are told otherwise.
    setenv("TF_CPP_MIN_LOG_LEVEL", "3", 0);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return said(dlerror());
    const pj_table *(*get)(void) = (const pj_table *(*)(void))dlsym(library, "GetPjrtApi");
    if (!get) return said("it is no PJRT plugin: there is no function GetPjrtApi in it");
    const pj_table *table = get();
    if (!table || table->head.size < sizeof *table) return said("its function table is too small");
    if (table->version.major != 0) {
        char text[96];
        snprintf(text, sizeof text, "it has version %d.%d of the PJRT interface, and 0 is needed",
            table->version.major, table->version.minor);
        return said(text);
    }
    pj_plugin *opened = calloc(1, sizeof *opened);
    opened->table = table;
    opened->functions = (table->head.size - sizeof *table) / sizeof table->functions[0];
    if (opened->functions <= PJ_BUFFER_TO_HOST) {
        free(opened);
        return said("its function table is too small");
    }
    pj_head block = {.size = sizeof block};
    char *problem = call(opened, PJ_PLUGIN_INITIALIZE, &block);
    if (problem) {
        free(opened);
        return problem;
    }
    *plugin = opened;
    return NULL;
}

int pj_minor_version(const pj_plugin *plugin) { return plugin->table->version.minor; }

char *pj_client_create(const pj_plugin *plugin, pj_client **client) {
    pj_create block = {.head.size = sizeof block};
    char *problem = call(plugin, PJ_CLIENT_CREATE, &block);
    *client = block.client;
    return problem;
}

char *pj_client_platform(
    const pj_plugin *plugin, pj_client *client, const char **name, size_t *name_size, const char **version,
    size_t *version_size) {
    pj_text block = {.head.size = sizeof block, .object = client};
    char *problem = call(plugin, PJ_CLIENT_PLATFORM_NAME, &block);
    if (problem) return problem;
    *name = block.text;
    *name_size = block.text_size;
    problem = call(plugin, PJ_CLIENT_PLATFORM_VERSION, &block);
    *version = block.text;
    *version_size = block.text_size;
    return problem;
}

char *pj_client_devices(const pj_plugin *plugin, pj_client *client, pj_device *const **devices, size_t *count) {
    pj_devices block = {.head.size = sizeof block, .client = client};
    char *problem = call(plugin, PJ_CLIENT_DEVICES, &block);
    *devices = block.devices;
    *count = block.count;
    return problem;
}

char *pj_device_describe(
    const pj_plugin *plugin, pj_device *device, int *identifier, const char **kind, size_t *kind_size) {
    pj_part part = {.head.size = sizeof part, .object = device};
    char *problem = call(plugin, PJ_DEVICE_DESCRIPTION, &part);
    if (problem) return problem;
    pj_identifier number = {.head.size = sizeof number, .description = part.result};
    problem = call(plugin, PJ_DESCRIPTION_ID, &number);
    if (problem) return problem;
    *identifier = number.identifier;
    pj_text text = {.head.size = sizeof text, .object = part.result};
    problem = call(plugin, PJ_DESCRIPTION_KIND, &text);
    *kind = text.text;
    *kind_size = text.text_size;
    return problem;
}

char *pj_device_memory(const pj_plugin *plugin, pj_device *device, int64_t *used, int64_t *limit) {
    pj_device_bytes block = {.head.size = sizeof block, .device = device};
    char *problem = call(plugin, PJ_DEVICE_MEMORY, &block);
    *used = problem ? -1 : block.used;
    *limit = !problem && block.others[PJ_LIMIT].is_known ? block.others[PJ_LIMIT].value : -1;
    return problem;
}

char *pj_compile(
    const pj_plugin *plugin, pj_client *client, const char *text, size_t text_size, const void *options,
    size_t options_size, pj_program **program) {
    pj_code code = {
        .head.size = sizeof code, .text = text, .text_size = text_size, .format = "mlir", .format_size = 4};
    pj_compilation block = {
        .head.size = sizeof block, .client = client, .code = &code, .options = options, .options_size = options_size};
    char *problem = call(plugin, PJ_CLIENT_COMPILE, &block);
    *program = block.program;
    return problem;
}

void pj_program_destroy(const pj_plugin *plugin, pj_program *program) { destroy(plugin, PJ_PROGRAM_DESTROY, program); }

char *pj_program_memory(const pj_plugin *plugin, pj_program *program, pj_program_bytes *bytes) {
    pj_part part = {.head.size = sizeof part, .object = program};
    char *problem = call(plugin, PJ_PROGRAM_EXECUTABLE, &part);
    if (problem) return problem;
    pj_executable_bytes block = {.head.size = sizeof block, .executable = part.result};
    problem = call(plugin, PJ_EXECUTABLE_MEMORY, &block);
    destroy(plugin, PJ_EXECUTABLE_DESTROY, part.result);
    bytes->arguments = block.arguments;
    bytes->outputs = block.outputs;
    bytes->shared = block.shared;
    bytes->temporary = block.temporary;
    return problem;
}

char *pj_buffer_create(
    const pj_plugin *plugin, pj_client *client, pj_device *device, const void *elements, pj_type type,
    const int64_t *extents, size_t rank, pj_buffer **buffer) {
    pj_upload block = {
        .head.size = sizeof block, .client = client, .elements = elements, .type = (int)type, .extents = extents,
        .rank = rank, .device = device};
    char *problem = call(plugin, PJ_CLIENT_BUFFER, &block);
    if (problem) return problem;
    problem = await(plugin, block.is_copied);
    if (problem) {
        pj_buffer_destroy(plugin, block.buffer);
        return problem;
    }
    *buffer = block.buffer;
    return NULL;
}

char *pj_buffer_read(const pj_plugin *plugin, pj_buffer *buffer, void *memory, size_t bytes) {
    pj_download block = {.head.size = sizeof block, .buffer = buffer, .memory = memory, .bytes = bytes};
    char *problem = call(plugin, PJ_BUFFER_TO_HOST, &block);
    return problem ? problem : await(plugin, block.is_there);
}

void pj_buffer_destroy(const pj_plugin *plugin, pj_buffer *buffer) { destroy(plugin, PJ_BUFFER_DESTROY, buffer); }

char *pj_execute(
    const pj_plugin *plugin, pj_program *program, pj_buffer *const *arguments, size_t count, const int64_t *kept,
    size_t kept_count, pj_buffer **outputs) {
    pj_run_options options = {.head.size = sizeof options, .kept = kept, .kept_count = kept_count};
    pj_run block = {
        .head.size = sizeof block, .program = program, .options = &options, .arguments = &arguments,
        .device_count = 1, .argument_count = count, .outputs = &outputs};
    return call(plugin, PJ_PROGRAM_EXECUTE, &block);
}
