console.log(process.version, import.meta.filename)
