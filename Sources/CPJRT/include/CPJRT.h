// What BackpropXLA asks of a PJRT plugin, the form in which compilers for accelerators are shipped: open it, list its
// devices, compile a program, move elements to and fro, run. The plugin is a shared library that is found at run time.
//
// A call that can fail returns NULL, or what the plugin said, which the caller frees with `free`.
#ifndef CPJRT_H
#define CPJRT_H

#include <stddef.h>
#include <stdint.h>

typedef struct pj_plugin pj_plugin;
typedef struct pj_client pj_client;
typedef struct pj_device pj_device;
typedef struct pj_program pj_program;
typedef struct pj_buffer pj_buffer;

// Element types by the numbers of the interface.
typedef enum {
    PJ_BOOL = 1, PJ_INT32 = 4, PJ_INT64 = 5, PJ_UINT8 = 6, PJ_FLOAT32 = 11, PJ_FLOAT64 = 12, PJ_BFLOAT16 = 13
} pj_type;

// Opens the library at a path. It stays open as long as the process runs.
char *pj_open(const char *path, pj_plugin **plugin);
// The version of the interface that the plugin was built with; its first number is zero.
int pj_minor_version(const pj_plugin *plugin);

char *pj_client_create(const pj_plugin *plugin, pj_client **client);
// Names belong to the client and need no end.
char *pj_client_platform(
    const pj_plugin *plugin, pj_client *client, const char **name, size_t *name_size, const char **version,
    size_t *version_size);
// The devices that this process can use; the list belongs to the client.
char *pj_client_devices(const pj_plugin *plugin, pj_client *client, pj_device *const **devices, size_t *count);

char *pj_device_describe(
    const pj_plugin *plugin, pj_device *device, int *identifier, const char **kind, size_t *kind_size);
// Bytes in use and at most; -1 where the plugin does not know.
char *pj_device_memory(const pj_plugin *plugin, pj_device *device, int64_t *used, int64_t *limit);

// Compiles a module in the text form of MLIR, with serialized options.
char *pj_compile(
    const pj_plugin *plugin, pj_client *client, const char *text, size_t text_size, const void *options,
    size_t options_size, pj_program **program);
void pj_program_destroy(const pj_plugin *plugin, pj_program *program);

// Bytes of a program on its device: what it reads, what it leaves, how much of the latter lies in memory of the former,
// and what it needs meanwhile.
typedef struct {
    int64_t arguments, outputs, shared, temporary;
} pj_program_bytes;
char *pj_program_memory(const pj_plugin *plugin, pj_program *program, pj_program_bytes *bytes);

// Copies dense row-major elements to a device; the memory of the host is not needed afterwards.
char *pj_buffer_create(
    const pj_plugin *plugin, pj_client *client, pj_device *device, const void *elements, pj_type type,
    const int64_t *extents, size_t rank, pj_buffer **buffer);
// Copies the elements to the host, when they are there.
char *pj_buffer_read(const pj_plugin *plugin, pj_buffer *buffer, void *memory, size_t bytes);
void pj_buffer_destroy(const pj_plugin *plugin, pj_buffer *buffer);

// Starts a program on the one device that it was compiled for. `kept` are the numbers of arguments whose memory the
// program must not take over although it was compiled to.
char *pj_execute(
    const pj_plugin *plugin, pj_program *program, pj_buffer *const *arguments, size_t count, const int64_t *kept,
    size_t kept_count, pj_buffer **outputs);

#endif
